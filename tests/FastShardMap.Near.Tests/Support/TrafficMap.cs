namespace FastShardMap.Near.Tests.Support;

/// <summary>What <see cref="MapTraffic"/> needs of a map.</summary>
/// <param name="TryGetLocal">The near copy of a key, or null.</param>
/// <param name="GetAsync">The value of a key, or -1 if there is none.</param>
/// <param name="GetManyAsync">The values of keys, likewise.</param>
/// <param name="SetAsync">Writes a value.</param>
internal sealed record TrafficMap(
    Func<long, long?> TryGetLocal,
    Func<long, Task<long>> GetAsync,
    Func<long[], Task<long[]>> GetManyAsync,
    Func<long, long, Task> SetAsync)
{
    public static TrafficMap Of(NearMap<long, long> map) => new(
        key => map.TryGetLocal(key, out long value) ? value : null,
        async key => ValueOf(await map.GetAsync(key)),
        keys => GetAllAsync((values, found) => map.GetManyAsync(keys, values, found), keys.Length),
        (key, value) => map.SetAsync(key, value).AsTask());

    public static TrafficMap Of(RoutedNearMap<long, long> map) => new(
        key => map.TryGetLocal(key, out long value) ? value : null,
        async key => ValueOf(await map.GetAsync(key)),
        keys => GetAllAsync((values, found) => map.GetManyAsync(keys, values, found), keys.Length),
        (key, value) => map.SetAsync(key, value).AsTask());

    private static async Task<long[]> GetAllAsync(Func<long[], bool[], ValueTask<int>> getMany, int count)
    {
        long[] values = new long[count];
        bool[] found = new bool[count];
        int all = await getMany(values, found);
        Assert.Equal(found.Count(isFound => isFound), all);
        return [.. values.Zip(found, (value, isFound) => isFound ? value : -1)];
    }

    private static long ValueOf(NearResult<long> result) => result.Found ? result.Value : -1;
}
