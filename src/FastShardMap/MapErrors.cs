using System.Globalization;

namespace FastShardMap;

/// <summary>Creates the exceptions that several types throw. Those that name a key use the invariant culture, so that
/// the text does not depend on the culture of the thread.</summary>
internal static class MapErrors
{
    public static KeyNotFoundException KeyNotFound<TKey>(TKey key, string place = "map") =>
        new(string.Create(CultureInfo.InvariantCulture, $"The key '{key}' is not in the {place}."));

    public static ArgumentException KeyPresent<TKey>(TKey key) =>
        new(string.Create(CultureInfo.InvariantCulture, $"The key '{key}' is already in the map."), nameof(key));

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
}
