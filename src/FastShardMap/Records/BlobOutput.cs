using System.Buffers;
using FastShardMap.Layout;

namespace FastShardMap.Records;

/// <summary>Gives values of any length to callers.</summary>
internal static class BlobOutput
{
    /// <summary>Asks a buffer writer for room. Each call for the same value asks for at least twice as much as the one
    /// before, so there are few of them, however fast the value grows in the meantime.</summary>
    /// <param name="destination">The writer.</param>
    /// <param name="length">The length of the value that did not fit.</param>
    /// <param name="before">The length of the span from the call before; 0 if there was none.</param>
    /// <exception cref="InvalidOperationException">The writer returned a shorter span.</exception>
    public static Span<byte> SpanFor(IBufferWriter<byte> destination, int length, int before)
    {
        int wanted = (int)Math.Max(length, Math.Min(2L * before, BlobRef.MaxBytes));
        Span<byte> span = destination.GetSpan(wanted);
        return span.Length >= wanted
            ? span
            : throw new InvalidOperationException(
                $"The buffer writer was asked for {wanted} bytes, and returned {span.Length}.");
    }

    /// <summary>Writes the value of a key to a buffer writer, which is advanced once, and not at all if the key is
    /// absent or the value is empty. The value is looked up again after the writer has given room, because the code of
    /// the writer may change it.</summary>
    /// <returns>The length of the value; -1 if the key is absent.</returns>
    /// <exception cref="InvalidOperationException">The writer returned a shorter span.</exception>
    public static int Write<TSource>(TSource source, RecordKey key, IBufferWriter<byte> destination)
        where TSource : struct, IBlobSource
    {
        Span<byte> span = default;
        int length;
        while (!source.TryCopy(key, span, out length))
        {
            if (length < 0)
            {
                return length;
            }

            span = SpanFor(destination, length, span.Length);
        }

        if (length > 0)
        {
            destination.Advance(length);
        }

        return length;
    }

    /// <summary>Writes a value to a buffer writer, which is advanced once, and not at all if the value is
    /// empty.</summary>
    /// <exception cref="InvalidOperationException">The writer returned a shorter span.</exception>
    public static void Write(IBufferWriter<byte> destination, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
        {
            value.CopyTo(SpanFor(destination, value.Length, 0));
            destination.Advance(value.Length);
        }
    }
}
