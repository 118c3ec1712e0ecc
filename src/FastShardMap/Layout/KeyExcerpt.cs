using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastShardMap.Layout;

/// <summary>What an audit keeps of a key of any length.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct KeyExcerpt
{
    /// <summary>The maximum number of bytes that are kept.</summary>
    public const int MaxBytes = 36;

    /// <summary>The hash of the key.</summary>
    public ulong Hash;

    /// <summary>The number of bytes of the key.</summary>
    public ushort Length;

    /// <summary>The value of a <see cref="KeyForm"/>.</summary>
    public ushort Form;

    /// <summary>The first bytes of the key. The bytes after those of a shorter key are zero.</summary>
    public fixed byte Start[MaxBytes];

    /// <summary>Creates the excerpt of a presented key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="hash">Its hash.</param>
    /// <param name="form">Whether it is text.</param>
    // Safety: the memory of a presented key has its length.
    public static KeyExcerpt Of(RecordKey key, ulong hash, KeyForm form)
    {
        KeyExcerpt excerpt = default;
        excerpt.Hash = hash;
        excerpt.Length = (ushort)key.Length;
        excerpt.Form = (ushort)form;
        Span<byte> kept = new(excerpt.Start, Math.Min(key.Length, MaxBytes));
        if (!key.IsLong)
        {
            new ReadOnlySpan<byte>(&key, kept.Length).CopyTo(kept);
        }
        else if (key.LongLength <= RecordKey.MaxFourVectorBytes)
        {
            byte* whole = stackalloc byte[RecordKey.MaxFourVectorBytes];
            PresentedBytes.CopyTo(key.Address, whole, key.LongLength);
            new ReadOnlySpan<byte>(whole, kept.Length).CopyTo(kept);
        }
        else
        {
            new ReadOnlySpan<byte>(key.Address, kept.Length).CopyTo(kept);
        }

        return excerpt;
    }

    /// <summary>Returns the bytes that are kept, inside of the excerpt itself.</summary>
    public static ReadOnlySpan<byte> BytesOf(ref readonly KeyExcerpt excerpt) =>
        MemoryMarshal.CreateReadOnlySpan(
            in Unsafe.AsRef(in excerpt).Start[0], Math.Min((int)excerpt.Length, MaxBytes));
}
