namespace FastShardMap.Serialization;

/// <summary>Verified bytes of a file that are not entries yet: at most the start of one, between two blocks.</summary>
/// <remarks>Its memory grows with what was verified, and not with the length that an entry claims.</remarks>
internal sealed class PendingBytes
{
    private byte[] _bytes = [];

    /// <summary>The number of bytes.</summary>
    public int Count { get; private set; }

    // The oldest first.
    private ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Count);

    /// <summary>Adds the bytes of a block.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        int needed = checked(Count + bytes.Length);
        if (_bytes.Length < needed)
        {
            Array.Resize(ref _bytes, (int)Math.Clamp(2L * _bytes.Length, needed, Array.MaxLength));
        }

        bytes.CopyTo(_bytes.AsSpan(Count));
        Count = needed;
    }

    /// <summary>Makes entries of the bytes, as far as these go.</summary>
    /// <param name="accept">Takes an entry from the start of the bytes. Returns its length, or 0 if it is not there in
    /// full.</param>
    /// <returns>The number of entries.</returns>
    public int TakeEntries(Func<ReadOnlySpan<byte>, int> accept)
    {
        int used = 0;
        int entries = 0;
        for (int length = accept(Bytes); length != 0; length = accept(Bytes[used..]))
        {
            used += length;
            entries++;
        }

        Drop(used);
        return entries;
    }

    private void Drop(int count)
    {
        if (count != 0)
        {
            _bytes.AsSpan(count, Count - count).CopyTo(_bytes);
            Count -= count;
        }
    }
}
