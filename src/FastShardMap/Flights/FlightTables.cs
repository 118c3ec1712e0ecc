namespace FastShardMap.Flights;

/// <summary>The tables of flights of maps, which are created when they are first needed.</summary>
internal static class FlightTables
{
    /// <summary>Gets the table of a map, and creates it if the map has none yet.</summary>
    /// <param name="place">The field of the map.</param>
    public static FlightTable<TKey, TValue> Of<TKey, TValue, THasher>(ref FlightTable<TKey, TValue>? place)
        where TKey : unmanaged, IEquatable<TKey>
        where THasher : struct, IKeyHasher<TKey> =>
        Volatile.Read(ref place) ?? Create(ref place, new KeyComparer<TKey, THasher>(HashSeed.Create()));

    /// <summary>Gets the table of a map whose keys are text.</summary>
    /// <param name="place">The field of the map.</param>
    public static FlightTable<string, TValue> OfText<TValue>(ref FlightTable<string, TValue>? place) =>
        Volatile.Read(ref place) ?? Create(ref place, StringComparer.Ordinal);

    /// <summary>Gets the table of a map whose keys are bytes.</summary>
    /// <param name="place">The field of the map.</param>
    public static FlightTable<ReadOnlyMemory<byte>, TValue> OfBytes<TValue>(
        ref FlightTable<ReadOnlyMemory<byte>, TValue>? place) =>
        Volatile.Read(ref place) ?? Create(ref place, new BytesComparer(HashSeed.Create()));

    /// <summary>Ends all flights of a map that is disposed. A flight that starts later, or whose table is created
    /// later, looks for its key first, and the disposed map throws. The exchange is a
    /// fence before that look, and a flight has one before its own.</summary>
    /// <param name="place">The field of the map.</param>
    /// <param name="map">The name of the map in the exceptions.</param>
    public static void Close<TKey, TValue>(ref FlightTable<TKey, TValue>? place, string map)
        where TKey : notnull =>
        Interlocked.CompareExchange(ref place, null, null)?.Close(map);

    private static FlightTable<TKey, TValue> Create<TKey, TValue>(
        ref FlightTable<TKey, TValue>? place, IEqualityComparer<TKey> comparer)
        where TKey : notnull
    {
        FlightTable<TKey, TValue> created = new(comparer);
        return Interlocked.CompareExchange(ref place, created, null) ?? created;
    }
}
