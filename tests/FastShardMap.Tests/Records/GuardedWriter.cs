using System.Buffers;

namespace FastShardMap.Tests.Records;

/// <summary>A buffer writer that gives exactly as much room as it is asked for, before an inaccessible page.</summary>
internal sealed class GuardedWriter(int capacity) : IBufferWriter<byte>
{
    private readonly GuardedEnd _room = new(capacity);
    private readonly List<byte> _written = [];
    private int _given;

    public ReadOnlySpan<byte> Written => _written.ToArray();

    public void Clear() => _written.Clear();

    public void Advance(int count) => _written.AddRange(_room.Last(_given)[..count]);

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        _given = Math.Max(sizeHint, 1);
        return _room.Last(_given);
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        _given = Math.Max(sizeHint, 1);
        return _room.Memory[^_given..];
    }
}
