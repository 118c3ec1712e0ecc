using System.Globalization;

namespace FastShardMap;

/// <summary>Creates the exceptions that several types throw. Those that name a key use the invariant culture, so that
/// the text does not depend on the culture of the thread.</summary>
internal static class MapErrors
{
    public static KeyNotFoundException KeyNotFound<TKey>(TKey key, string? name = null, string place = "map") =>
        new(string.Create(CultureInfo.InvariantCulture, $"The key '{key}' is not in the {place}{Quoted(name)}."));

    public static ArgumentException KeyPresent<TKey>(TKey key, string? name = null) => new(
        string.Create(CultureInfo.InvariantCulture, $"The key '{key}' is already in the map{Quoted(name)}."),
        nameof(key));

    /// <summary>A number of entries as interfaces of the framework return it.</summary>
    /// <exception cref="OverflowException">There are more entries than an <see cref="int"/> can count.</exception>
    public static int CountAsInt32(long count) => count <= int.MaxValue
        ? (int)count
        : throw new OverflowException(
            $"There are {count} entries, which an Int32 cannot count. Use the property Count of the map itself.");

    /// <summary>Requires that a span has at least one element per key.</summary>
    public static void ThrowIfShorter(int length, int keys, string parameterName)
    {
        if (length < keys)
        {
            throw new ArgumentException(
                $"The span has {length} elements and must have at least {keys}, one per key.",
                parameterName);
        }
    }

    /// <summary>Requires that a span has one element per key.</summary>
    public static void ThrowIfLengthDiffers(int length, int keys, string parameterName)
    {
        if (length != keys)
        {
            throw new ArgumentException(
                $"The span has {length} elements and must have {keys}, one per key.",
                parameterName);
        }
    }

    /// <summary>The exception for a guard that no call has created: a default value, or an element of a new
    /// array.</summary>
    public static InvalidOperationException GuardNotCreated(string type) =>
        new($"The guard is a default value. Create it by {type}.Create().");

    private static string Quoted(string? name) => name is null ? string.Empty : $" '{name}'";
}
