using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace FastShardMap.Near.Engine;

/// <summary>The keys of a near map at the engine.</summary>
/// <remarks>
/// <code>
/// {prefix}k{bytes of the key, little-endian}    an entry
/// {prefix}source                                the source of invalidations that all maps of the prefix use
/// {prefix}~{{tag}}:{id}:{number}                a heartbeat
/// </code>
/// Heartbeats come last in the order of bytes. The engine sorts the keys that it reports together (see
/// <see cref="NodeLink"/>).
/// </remarks>
internal sealed class KeyFormat
{
    private const byte EntryMark = (byte)'k';
    private const byte HeartbeatMark = (byte)'~';

    private readonly byte[] _prefix;

    public KeyFormat(string prefix)
    {
        Prefix = prefix;
        _prefix = Encoding.UTF8.GetBytes(prefix);
        SourceKey = Encoding.UTF8.GetBytes($"{prefix}source");
        Channel = Encoding.UTF8.GetBytes($"{prefix}invalidate");
    }

    public string Prefix { get; }

    public byte[] SourceKey { get; }

    /// <summary>The channel of <see cref="InvalidationSource.Published"/>.</summary>
    public byte[] Channel { get; }

    public int PrefixBytes => _prefix.Length;

    public byte[] Encode<TKey>(TKey key)
        where TKey : unmanaged
    {
        byte[] bytes = new byte[_prefix.Length + 1 + Unsafe.SizeOf<TKey>()];
        Encode(key, bytes);
        return bytes;
    }

    /// <summary>The hash of a key's bytes at the engine, without the prefix.</summary>
    public static ulong HashOf<TKey>(TKey key)
        where TKey : unmanaged =>
        XxHash3.HashToUInt64(MemoryMarshal.AsBytes(new ReadOnlySpan<TKey>(in key)));

    /// <summary>Reads a key of an entry.</summary>
    /// <returns>Whether it is one: other keys may begin with the prefix, too.</returns>
    public bool TryDecode<TKey>(ReadOnlySpan<byte> engineKey, out TKey key)
        where TKey : unmanaged
    {
        if (engineKey.Length != _prefix.Length + 1 + Unsafe.SizeOf<TKey>() || engineKey[_prefix.Length] != EntryMark
            || !engineKey.StartsWith(_prefix))
        {
            key = default;
            return false;
        }

        key = MemoryMarshal.Read<TKey>(engineKey[(_prefix.Length + 1)..]);
        return true;
    }

    public bool IsHeartbeat(ReadOnlySpan<byte> engineKey) =>
        engineKey.Length > _prefix.Length && engineKey[_prefix.Length] == HeartbeatMark
        && engineKey.StartsWith(_prefix);

    /// <summary>The beginning of the keys of one node's heartbeats. The tag decides the slot in a cluster.</summary>
    public string HeartbeatStem(int tag, string id) => $"{Prefix}~{{{tag}}}:{id}:";

    private void Encode<TKey>(TKey key, Span<byte> bytes)
        where TKey : unmanaged
    {
        _prefix.CopyTo(bytes);
        bytes[_prefix.Length] = EntryMark;
        MemoryMarshal.Write(bytes[(_prefix.Length + 1)..], in key);
    }
}
