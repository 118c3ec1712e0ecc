using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastShardMap.Resharding;
using FastShardMap.Routing;

namespace FastShardMap.Near.Routed;

/// <summary>Which near map answers for a key now. Immutable: a change of the table makes a new object.</summary>
/// <remarks>
/// A near map learns of the writes on its server only. So copies of a slot are valid while writes of that slot take
/// effect on the server. When a slot comes to a server, also back to it, copies that an earlier read has left there are
/// void: each slot has a first epoch of valid copies.
/// </remarks>
internal sealed class NodeRoutes<TKey, TValue>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    private const int LongestOnStack = 512;

    private readonly NearMap<TKey, TValue>?[] _owners; // by slot
    private readonly int[] _firstEpochs; // by slot; empty if the table does not change
    private readonly string[] _authorities; // by slot; empty if the table does not change
    private readonly ulong _seed;
    private readonly byte[] _stem; // what precedes the bytes of a key whose slot is asked for

    private NodeRoutes(
        SlotTable table,
        ulong seed,
        byte[] stem,
        NearMap<TKey, TValue>?[] maps,
        NearMap<TKey, TValue>?[] owners,
        int[] firstEpochs,
        string[] authorities,
        RouteMap? map)
    {
        Table = table;
        Maps = maps;
        Map = map;
        _seed = seed;
        _stem = stem;
        _owners = owners;
        _firstEpochs = firstEpochs;
        _authorities = authorities;
    }

    public SlotTable Table { get; }

    /// <summary>The near maps by the index of their node; null for a node that is not connected yet.</summary>
    public NearMap<TKey, TValue>?[] Maps { get; }

    /// <summary>The moves, or null if the table does not change.</summary>
    public RouteMap? Map { get; }

    /// <summary>Any near map that is connected, for what goes through it without copies.</summary>
    public NearMap<TKey, TValue> Any => Array.Find(Maps, map => map is not null)
        ?? throw new ObjectDisposedException(typeof(RoutedNearMap<TKey, TValue>).Name);

    public static NodeRoutes<TKey, TValue> OfTable(SlotTable table, ulong seed, NearMap<TKey, TValue>[] maps) => new(
        table,
        seed,
        [],
        maps,
        [.. Enumerable.Range(0, SlotTable.SlotCount).Select(slot => maps[table.NodeOf(slot)])],
        [],
        [],
        map: null);

    /// <summary>The routes by a table of the control server; voids copies of slots that were elsewhere.</summary>
    /// <param name="map">The table.</param>
    /// <param name="stem">The bytes that precede those of a key at the servers.</param>
    /// <param name="maps">The near maps by the name of their node.</param>
    /// <param name="before">The routes until now.</param>
    public static NodeRoutes<TKey, TValue> OfMap(
        RouteMap map,
        byte[] stem,
        IReadOnlyDictionary<string, NearMap<TKey, TValue>> maps,
        NodeRoutes<TKey, TValue>? before)
    {
        NearMap<TKey, TValue>?[] owners = new NearMap<TKey, TValue>?[SlotTable.SlotCount];
        int[] firstEpochs = new int[SlotTable.SlotCount];
        string[] authorities = new string[SlotTable.SlotCount];
        Dictionary<string, int> begun = new(StringComparer.Ordinal);

        // Without a table in between, a slot of the same server has never been elsewhere.
        bool isNext = before is not null && map.Epoch - before.Map!.Epoch is 0 or 1;
        for (int slot = 0; slot < owners.Length; slot++)
        {
            SlotRule rule = map.RuleOf(slot);
            string node = authorities[slot] = rule.Authority;
            owners[slot] = maps.GetValueOrDefault(node);
            if (before is null || owners[slot] is not { } owner)
            {
                continue;
            }

            bool isSame = before._authorities[slot] == node
                && (isNext || before.Map!.RuleOf(slot).Token == rule.Token);
            if (isSame)
            {
                // A near map that has just connected has no copies of an earlier time.
                firstEpochs[slot] = before._owners[slot] == owner ? before._firstEpochs[slot] : 0;
                continue;
            }

            if (!begun.TryGetValue(node, out int epoch))
            {
                begun.Add(node, epoch = owner.BeginPart());
            }

            firstEpochs[slot] = epoch;
        }

        return new NodeRoutes<TKey, TValue>(
            map.Table,
            map.Document.Seed,
            stem,
            [.. map.Table.Nodes.Select(node => maps.GetValueOrDefault(node.Name))],
            owners,
            firstEpochs,
            authorities,
            map);
    }

    /// <summary>The near map of the server on which writes of a key take effect; null if it is not connected
    /// yet.</summary>
    public NearMap<TKey, TValue>? OwnerOf(TKey key, out int firstEpoch)
    {
        int slot = SlotOf(in key);
        firstEpoch = _firstEpochs.Length == 0 ? 0 : _firstEpochs[slot];
        return _owners[slot];
    }

    private int SlotOf(ref readonly TKey key)
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<TKey>(in key));
        if (_stem.Length == 0)
        {
            return SlotTable.SlotOf(bytes, _seed);
        }

        // Servers with moving slots count the slots by the whole key.
        int length = _stem.Length + Unsafe.SizeOf<TKey>();
        byte[]? rented = length > LongestOnStack ? ArrayPool<byte>.Shared.Rent(length) : null;
        Span<byte> whole = rented is null ? stackalloc byte[LongestOnStack] : rented;
        whole = whole[..length];
        _stem.CopyTo(whole);
        bytes.CopyTo(whole[_stem.Length..]);
        int slot = SlotTable.SlotOf(whole, _seed);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return slot;
    }
}
