using System.Diagnostics.CodeAnalysis;

namespace FastShardMap;

/// <summary>An argument of exactly the key or value type of a map. The compiler accepts any argument that converts to
/// that type. For example, <c>map.Increment(42)</c> compiles for keys of type <see cref="ulong"/>, which type inference
/// alone rejects. A span of such arguments is a collection expression, as in
/// <c>map.AddDeltaRange([1, 2], 5)</c>.</summary>
/// <typeparam name="T">The type of the argument.</typeparam>
/// <param name="value">The argument.</param>
/// <remarks>Programs do not name this type, because the implicit conversion creates it. Immutable; allocates
/// nothing.</remarks>
[SuppressMessage(
    "Usage",
    "CA2225:Operator overloads have named alternates",
    Justification = "The constructor and Value are the named alternates.")]
[SuppressMessage(
    "Performance",
    "CA1815:Override equals and operator equals on value types",
    Justification = "The value lives for one call and is never compared.")]
public readonly struct MapArgument<T>(T value)
    where T : unmanaged
{
    /// <summary>The argument.</summary>
    public T Value { get; } = value;

    /// <summary>Converts a value to an argument.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator MapArgument<T>(T value) => new(value);
}
