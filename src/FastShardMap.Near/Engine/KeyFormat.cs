using System.Globalization;
using System.IO.Hashing;
using System.Text;
using FastShardMap.Resharding;

namespace FastShardMap.Near.Engine;

/// <summary>The keys of a near map at the engine.</summary>
/// <remarks>
/// <code>
/// {prefix}k{bytes of the key}                   an entry; numbers are little-endian, text is UTF-8
/// {prefix}source                                the source of invalidations that all maps of the prefix use
/// {prefix}table                                 the fingerprint of the table of slots, if there are several servers
/// {prefix}~{{tag}}:{id}:{number}                a heartbeat
/// </code>
/// Heartbeats come last in the order of bytes. The engine sorts the keys that it reports together (see
/// <see cref="NodeLink"/>). If slots move between servers, all keys but those of entries belong to their server and do
/// not move with a slot: <c>{reserved}near:</c> precedes their prefix, where {reserved} are bytes that no other key
/// starts with.
/// </remarks>
internal sealed class KeyFormat
{
    private const byte EntryMark = (byte)'k';
    private const byte HeartbeatMark = (byte)'~';

    private readonly byte[] _prefix;
    private readonly byte[] _own;

    public KeyFormat(string prefix, bool isRouted = false)
    {
        Prefix = prefix;
        _prefix = Encoding.UTF8.GetBytes(prefix);
        _own = isRouted ? [.. SlotKeys.ReservedLast, .. "near:"u8, .. _prefix] : _prefix;
        TrackedPrefixes = isRouted ? [_prefix, _own] : [_prefix];
        SourceKey = [.. _own, .. "source"u8];
        TableKey = [.. _own, .. "table"u8];
        Channel = Encoding.UTF8.GetBytes($"{prefix}invalidate");
    }

    public string Prefix { get; }

    /// <summary>What the reports of changes are about; heartbeats belong to the last of them.</summary>
    public byte[][] TrackedPrefixes { get; }

    public byte[] SourceKey { get; }

    public byte[] TableKey { get; }

    /// <summary>The channel of <see cref="InvalidationSource.Published"/>.</summary>
    public byte[] Channel { get; }

    public int PrefixBytes => _prefix.Length;

    /// <summary>The key at the engine of a key of the map.</summary>
    public byte[] Encode(ReadOnlySpan<byte> key)
    {
        byte[] bytes = new byte[_prefix.Length + 1 + key.Length];
        _prefix.CopyTo(bytes, 0);
        bytes[_prefix.Length] = EntryMark;
        key.CopyTo(bytes.AsSpan(_prefix.Length + 1));
        return bytes;
    }

    /// <summary>The hash of a key's bytes, without the prefix.</summary>
    public static ulong HashOf(ReadOnlySpan<byte> key) => XxHash3.HashToUInt64(key);

    /// <summary>The key of an entry, from its key at the engine.</summary>
    public ReadOnlySpan<byte> KeyOf(ReadOnlySpan<byte> engineKey) => engineKey[(_prefix.Length + 1)..];

    /// <summary>Reads a key of an entry.</summary>
    /// <returns>Whether it is one: other keys may begin with the prefix, too.</returns>
    public bool TryDecode(ReadOnlySpan<byte> engineKey, out ReadOnlySpan<byte> key)
    {
        bool isEntry = engineKey.Length > _prefix.Length && engineKey[_prefix.Length] == EntryMark
            && engineKey.StartsWith(_prefix);
        key = isEntry ? KeyOf(engineKey) : default;
        return isEntry;
    }

    public bool IsHeartbeat(ReadOnlySpan<byte> engineKey) =>
        engineKey.Length > _own.Length && engineKey[_own.Length] == HeartbeatMark && engineKey.StartsWith(_own);

    /// <summary>The beginning of the keys of one node's heartbeats. The tag decides the slot in a cluster.</summary>
    public byte[] HeartbeatStem(int tag, string id) =>
        [.. _own, .. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"~{{{tag}}}:{id}:"))];
}
