using System.Buffers;

namespace FastShardMap.Records;

/// <summary>Calls a delegate that writes a value with the caller's own key, whose elements stay where they are during
/// the call.</summary>
internal readonly unsafe struct BlobFactory<TElement, TArg>(
    TElement* key, int length, Action<ReadOnlySpan<TElement>, IBufferWriter<byte>, TArg> create, TArg arg)
    where TElement : unmanaged
{
    private readonly TElement* _key = key;
    private readonly int _length = length;
    private readonly Action<ReadOnlySpan<TElement>, IBufferWriter<byte>, TArg> _create = create;
    private readonly TArg _arg = arg;

    /// <summary>Writes the value.</summary>
    public void Create(IBufferWriter<byte> writer) =>
        _create(new ReadOnlySpan<TElement>(_key, _length), writer, _arg);
}
