using System.Globalization;

namespace FastShardMap;

/// <summary>Exceptions that name a key, in the invariant culture: a text does not depend on the thread it was made by.</summary>
internal static class MapErrors
{
    public static KeyNotFoundException KeyNotFound<TKey>(TKey key, string place = "map") =>
        new(string.Create(CultureInfo.InvariantCulture, $"The key '{key}' is not in the {place}."));

    public static ArgumentException KeyPresent<TKey>(TKey key) =>
        new(string.Create(CultureInfo.InvariantCulture, $"The key '{key}' is in the map already."), nameof(key));
}
