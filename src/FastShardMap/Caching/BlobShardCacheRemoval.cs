using System.Runtime.InteropServices;
using FastShardMap.Caching;
using FastShardMap.Layout;
using FastShardMap.Records;

namespace FastShardMap;

/// <summary>A notice that an entry has left a <see cref="BlobShardCache"/>. It has a copy of the key and of the value,
/// in one array.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct BlobShardCacheRemoval
    : IRemovalNotice<BlobShardCacheRemoval, RecordKey, BlobRef>
{
    private BlobShardCacheRemoval(byte[] bytes, int keyLength, ShardCacheRemovalCause cause)
    {
        Utf8Key = bytes.AsMemory(0, keyLength);
        Value = bytes.AsMemory(keyLength);
        Cause = cause;
    }

    /// <summary>The key in UTF-8, or the bytes that were passed as the key. Lone surrogates have three bytes each, as
    /// in WTF-8.</summary>
    public ReadOnlyMemory<byte> Utf8Key { get; }

    /// <summary>The bytes that the entry had as its value.</summary>
    public ReadOnlyMemory<byte> Value { get; }

    /// <summary>Why the entry has left.</summary>
    public ShardCacheRemovalCause Cause { get; }

    /// <summary>Returns the key as a new string. Bytes that are not UTF-8 become U+FFFD; only a key that was passed as
    /// bytes can have such bytes.</summary>
    /// <returns>The key.</returns>
    public string KeyToString() => Wtf8.Decode(Utf8Key.Span);

    // Safety: the lock of the shard is held, so the record of the entry stays as it is.
    static unsafe BlobShardCacheRemoval IRemovalNotice<BlobShardCacheRemoval, RecordKey, BlobRef>.Create(
        RecordKey key, BlobRef value, ShardCacheRemovalCause cause)
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>(key.Length + value.Bytes.Length);
        new ReadOnlySpan<byte>(key.IsLong ? key.Address : (byte*)&key, key.Length).CopyTo(bytes);
        value.Bytes.CopyTo(bytes.AsSpan(key.Length));
        return new BlobShardCacheRemoval(bytes, key.Length, cause);
    }
}
