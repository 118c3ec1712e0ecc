using System.Globalization;

namespace FastShardMap.Near;

/// <summary>Identifies one write of a value. Two writes have different versions, even of equal values: those of one map
/// always, and those of different maps by chance, because each map starts at a random number of 64 bits.</summary>
/// <param name="value">The number of the version, or zero for "no value".</param>
/// <remarks>Versions can be compared for equality only; they have no order.</remarks>
public readonly struct NearVersion(ulong value) : IEquatable<NearVersion>
{
    /// <summary>Gets the version of a key that has no value.</summary>
    public static NearVersion None => default;

    /// <summary>Gets the number of the version.</summary>
    public ulong Value { get; } = value;

    /// <summary>Returns whether two versions are equal.</summary>
    /// <param name="left">A version.</param>
    /// <param name="right">Another version.</param>
    /// <returns>Whether they are equal.</returns>
    public static bool operator ==(NearVersion left, NearVersion right) => left.Value == right.Value;

    /// <summary>Returns whether two versions differ.</summary>
    /// <param name="left">A version.</param>
    /// <param name="right">Another version.</param>
    /// <returns>Whether they differ.</returns>
    public static bool operator !=(NearVersion left, NearVersion right) => left.Value != right.Value;

    /// <inheritdoc/>
    public bool Equals(NearVersion other) => Value == other.Value;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is NearVersion other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();

    /// <summary>Returns the number of the version as hexadecimal digits.</summary>
    /// <returns>16 digits.</returns>
    public override string ToString() => Value.ToString("x16", CultureInfo.InvariantCulture);
}
