using System.Buffers;
using System.Globalization;
using FastShardMap.Layout;

namespace FastShardMap.Records;

/// <summary>Memory for a value that user code writes. Dispose it after its use.</summary>
internal sealed unsafe class BlobBuffer : IDisposable
{
    private readonly ArrayBufferWriter<byte> _writer = new();
    private MemoryHandle _pin;

    /// <summary>The bytes written since <see cref="Restart"/>.</summary>
    public ReadOnlySpan<byte> Written => _writer.WrittenSpan;

    /// <summary>Begins a new value.</summary>
    /// <returns>What writes it.</returns>
    public IBufferWriter<byte> Restart()
    {
        Dispose();
        _writer.ResetWrittenCount();
        return _writer;
    }

    /// <summary>Presents the value to a map. The memory does not move until the next value begins, or until
    /// <see cref="Dispose"/>.</summary>
    /// <exception cref="InvalidOperationException">The value is too long.</exception>
    public BlobRef Present()
    {
        // Read once: code that has kept the writer may go on to write.
        ReadOnlyMemory<byte> written = _writer.WrittenMemory;
        if (written.Length > BlobRef.MaxBytes)
        {
            throw new InvalidOperationException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"A value has at most {BlobRef.MaxBytes:N0} bytes, and the delegate wrote {written.Length:N0}."));
        }

        _pin = written.Pin();
        return BlobRef.Present((byte*)_pin.Pointer, written.Length);
    }

    /// <summary>Lets the memory move again.</summary>
    public void Dispose()
    {
        _pin.Dispose();
        _pin = default;
    }
}
