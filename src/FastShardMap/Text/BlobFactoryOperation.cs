using FastShardMap.Layout;
using FastShardMap.Operations;
using FastShardMap.Records;

namespace FastShardMap.Text;

/// <summary>Adds a value of any length that a delegate writes, if the key is absent.</summary>
/// <param name="factory">Writes the value.</param>
/// <param name="buffer">Receives it.</param>
internal struct BlobFactoryOperation<TElement, TArg>(BlobFactory<TElement, TArg> factory, BlobBuffer buffer)
    : IEntryOperation<BlobRef>
    where TElement : unmanaged
{
    private readonly BlobFactory<TElement, TArg> _factory = factory;
    private readonly BlobBuffer _buffer = buffer;

    public static bool RunsUserCode => true;

    public readonly bool KeepsKey => false;

    /// <summary>Whether the key was absent.</summary>
    public bool Added { get; private set; }

    public readonly EntryAction OnFound(ref BlobRef value) => EntryAction.None;

    public EntryAction OnAbsent(out BlobRef value)
    {
        _factory.Create(_buffer.Restart());
        value = _buffer.Present();
        Added = true;
        return EntryAction.Store;
    }
}
