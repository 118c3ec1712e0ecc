using System.Diagnostics.CodeAnalysis;

namespace FastShardMap;

/// <summary>An argument of exactly a map's key or value type. The compiler converts to it whatever it converts to that
/// type: so <c>map.Increment(42)</c> compiles for keys of type <see cref="ulong"/>, which inference alone refuses.</summary>
/// <typeparam name="T">The type.</typeparam>
/// <param name="value">The argument.</param>
/// <remarks>Nothing for programs to name: it is made by the conversion. Immutable; allocates nothing.</remarks>
[SuppressMessage("Usage", "CA2225:Operator overloads have named alternates", Justification = "The constructor and Value are the named alternates.")]
[SuppressMessage("Performance", "CA1815:Override equals and operator equals on value types", Justification = "Lives for one call; nobody compares it.")]
public readonly ref struct MapArgument<T>(T value)
    where T : unmanaged
{
    /// <summary>The argument.</summary>
    public T Value { get; } = value;

    /// <summary>Makes an argument of a value.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator MapArgument<T>(T value) => new(value);
}
