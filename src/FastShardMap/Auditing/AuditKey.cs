using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using FastShardMap.Layout;
using FastShardMap.Records;

namespace FastShardMap;

/// <summary>A key of text or bytes as an audit keeps it: its length, its first bytes and its hash.</summary>
/// <remarks>Two values are equal if length, first bytes and hash are equal. For keys of more than 36 bytes, that is as
/// good as certain and not certain: different keys have equal hashes of 64 bits with a probability of
/// 2<sup>−64</sup>.</remarks>
[StructLayout(LayoutKind.Sequential)]
public readonly struct AuditKey : IEquatable<AuditKey>
{
    private readonly KeyExcerpt _excerpt;

    internal AuditKey(KeyExcerpt excerpt) => _excerpt = excerpt;

    /// <summary>The number of bytes of the key: in UTF-8 if it is text.</summary>
    public int Length => _excerpt.Length;

    /// <summary>Whether <see cref="Start"/> has all bytes of the key.</summary>
    public bool IsWhole => _excerpt.Length <= KeyExcerpt.MaxBytes;

    /// <summary>The first bytes of the key, up to 36 of them.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Start => KeyExcerpt.BytesOf(in _excerpt);

    /// <summary>Returns whether two keys are equal.</summary>
    /// <param name="left">The one key.</param>
    /// <param name="right">The other key.</param>
    /// <returns>Whether length, first bytes and hash are equal.</returns>
    public static bool operator ==(AuditKey left, AuditKey right) => left.Equals(right);

    /// <summary>Returns whether two keys differ.</summary>
    /// <param name="left">The one key.</param>
    /// <param name="right">The other key.</param>
    /// <returns>Whether length, first bytes or hash differ.</returns>
    public static bool operator !=(AuditKey left, AuditKey right) => !left.Equals(right);

    /// <summary>Returns whether this key equals another.</summary>
    /// <param name="other">The other key.</param>
    /// <returns>Whether length, first bytes and hash are equal.</returns>
    public bool Equals(AuditKey other) =>
        _excerpt.Hash == other._excerpt.Hash && Length == other.Length && Start.SequenceEqual(other.Start);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is AuditKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _excerpt.Hash.GetHashCode();

    /// <summary>Returns the key as text, or its bytes in hexadecimal. A key of which not all bytes are kept ends with
    /// an ellipsis.</summary>
    /// <returns>The text of the key.</returns>
    public override string ToString()
    {
        ReadOnlySpan<byte> start = Start;
        string shown = _excerpt.Form != (uint)KeyForm.Text ? Convert.ToHexString(start)
            : Wtf8.Decode(IsWhole ? start : Wtf8.WholeChars(start));
        return IsWhole ? shown : $"{shown}…";
    }
}
