using FastShardMap.ConcurrencyTests.History;
using FastShardMap.Layout;

namespace FastShardMap.ConcurrencyTests.Scenarios;

/// <summary>What the targets have in common: the life of their map, and that operations on a disposed map say
/// so.</summary>
internal abstract unsafe class DisposableTarget<TMap> : IMapTarget
    where TMap : class, IDisposable
{
    private TMap? _map;
    private bool _isDisposed;

    public abstract MapHeader* Header { get; }

    protected TMap Map => _map!;

    public void Create()
    {
        _isDisposed = false;
        _map = CreateMap();
    }

    public void Drop()
    {
        Map.Dispose();
        _map = null;
    }

    public void Run(MapOp op)
    {
        try
        {
            RunCore(op);
        }
        catch (ObjectDisposedException)
        {
            op.Disposed = true;
        }
    }

    /// <inheritdoc/>
    public string? FindFault()
    {
        List<string> faults = [];
        if (_isDisposed)
        {
            AddFaultsOfDisposed(faults);
        }
        else
        {
            AddFaults(faults);
        }

        return faults.Count == 0 ? null : string.Join("\n", faults);
    }

    protected abstract TMap CreateMap();

    protected abstract void RunCore(MapOp op);

    protected abstract void AddFaults(List<string> faults);

    protected virtual void AddFaultsOfDisposed(List<string> faults)
    {
    }

    /// <summary>The operation Dispose.</summary>
    protected void DisposeMap()
    {
        Map.Dispose();
        _isDisposed = true;
    }

    protected static bool UpdateUnless<TValue>(ref TValue value, MapOp op)
        where TValue : unmanaged, IRepeated<TValue>
    {
        if (value.Number == op.B)
        {
            return false;
        }

        value = TValue.Of(value.Number + op.A);
        return true;
    }

    /// <summary>The numbers of entries by the index of their key.</summary>
    protected static ulong?[] Seen<TKey, TValue>(TKey[] keys, IEnumerable<KeyValuePair<TKey, TValue>> entries)
        where TValue : unmanaged, IRepeated<TValue>
    {
        ulong?[] seen = new ulong?[keys.Length];
        foreach ((TKey key, TValue value) in entries)
        {
            int index = Array.IndexOf(keys, key);
            if (index < 0 || seen[index] is not null)
            {
                throw new InvalidOperationException($"Key {key:x} was seen twice, or never was in the map.");
            }

            seen[index] = value.Number;
        }

        return seen;
    }
}
