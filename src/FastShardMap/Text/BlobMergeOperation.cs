using System.Buffers;
using FastShardMap.Layout;
using FastShardMap.Operations;
using FastShardMap.Records;

namespace FastShardMap.Text;

/// <summary>Stores a value of any length; a delegate decides the value of a present key.</summary>
/// <param name="key">The bytes of the key, which stay where they are.</param>
/// <param name="length">Their number.</param>
/// <param name="other">The value of the other map.</param>
/// <param name="conflict">Writes the value of a present key from the key, its value and the other value.</param>
/// <param name="buffer">Receives that value.</param>
internal readonly unsafe struct BlobMergeOperation(
    byte* key,
    int length,
    BlobRef other,
    Action<ReadOnlySpan<byte>, ReadOnlySpan<byte>, ReadOnlySpan<byte>, IBufferWriter<byte>> conflict,
    BlobBuffer buffer)
    : IEntryOperation<BlobRef>
{
    private readonly byte* _key = key;
    private readonly int _length = length;
    private readonly BlobRef _other = other;
    private readonly BlobBuffer _buffer = buffer;
    private readonly Action<ReadOnlySpan<byte>, ReadOnlySpan<byte>, ReadOnlySpan<byte>, IBufferWriter<byte>> _conflict =
        conflict;

    public static bool RunsUserCode => true;

    public bool KeepsKey => false;

    // Safety: the lock of the shard is held, so no record is released.
    public EntryAction OnFound(ref BlobRef value)
    {
        _conflict(new ReadOnlySpan<byte>(_key, _length), value.Bytes, _other.Bytes, _buffer.Restart());
        value = _buffer.Present();
        return EntryAction.Replace;
    }

    public EntryAction OnAbsent(out BlobRef value)
    {
        value = _other;
        return EntryAction.Store;
    }
}
