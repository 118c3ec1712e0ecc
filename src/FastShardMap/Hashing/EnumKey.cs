using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace FastShardMap;

/// <summary>Wraps a value of an enumeration, so that it can be the key of a map. Enumerations do not implement
/// <see cref="IEquatable{T}"/>, which maps require of their keys.</summary>
/// <typeparam name="TEnum">The enumeration, of any underlying type.</typeparam>
/// <param name="value">The value to wrap.</param>
/// <remarks>
/// <para>The layout is that of the enumeration itself. Conversions in both directions are implicit, so
/// <c>map[DayOfWeek.Monday]</c> compiles for a map with keys of type <c>EnumKey&lt;DayOfWeek&gt;</c>.</para>
/// <para>Thread safety: immutable. Allocation: none, except in <see cref="ToString"/>, and when a caller boxes an
/// argument of <see cref="Equals(object?)"/>.</para>
/// </remarks>
[SuppressMessage(
    "Usage",
    "CA2225:Operator overloads have named alternates",
    Justification = "The constructor and Value are the named alternates.")]
public readonly struct EnumKey<TEnum>(TEnum value) : IEquatable<EnumKey<TEnum>>, IEnumKey
    where TEnum : unmanaged, Enum
{
    /// <summary>The wrapped value.</summary>
    public TEnum Value { get; } = value;

    /// <summary>Wraps a value.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator EnumKey<TEnum>(TEnum value) => new(value);

    /// <summary>Unwraps a value.</summary>
    /// <param name="key">The wrapped value.</param>
    public static implicit operator TEnum(EnumKey<TEnum> key) => key.Value;

    /// <summary>Returns whether two wrapped values are equal.</summary>
    /// <param name="left">The first value.</param>
    /// <param name="right">The second value.</param>
    public static bool operator ==(EnumKey<TEnum> left, EnumKey<TEnum> right) => left.Equals(right);

    /// <summary>Returns whether two wrapped values differ.</summary>
    /// <param name="left">The first value.</param>
    /// <param name="right">The second value.</param>
    public static bool operator !=(EnumKey<TEnum> left, EnumKey<TEnum> right) => !left.Equals(right);

    /// <inheritdoc/>
    // Compared by size: although inlined, EqualityComparer<TEnum>.Default leaves a check that its class is initialized.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Equals(EnumKey<TEnum> other) => Unsafe.SizeOf<TEnum>() switch
    {
        sizeof(byte) => Unsafe.BitCast<TEnum, byte>(Value) == Unsafe.BitCast<TEnum, byte>(other.Value),
        sizeof(ushort) => Unsafe.BitCast<TEnum, ushort>(Value) == Unsafe.BitCast<TEnum, ushort>(other.Value),
        sizeof(uint) => Unsafe.BitCast<TEnum, uint>(Value) == Unsafe.BitCast<TEnum, uint>(other.Value),
        _ => Unsafe.BitCast<TEnum, ulong>(Value) == Unsafe.BitCast<TEnum, ulong>(other.Value),
    };

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is EnumKey<TEnum> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => EqualityComparer<TEnum>.Default.GetHashCode(Value);

    /// <summary>Returns the name of the value, as <see cref="Enum.ToString()"/> of the enumeration does.
    /// Allocates.</summary>
    /// <returns>The name, or the number if the value has no name.</returns>
    public override string ToString() => Value.ToString();
}
