#pragma warning disable CA2012 // when a call throws or completes is what is tested

namespace FastShardMap.Tests.Flights;

/// <summary>GetOrAddAsync of a map whose keys are text.</summary>
public sealed class TextFlightTests : FlightContract
{
    [Fact]
    public async Task GetOrAddAsync_WrongKeys_AreRefusedByName()
    {
        using TextShardMap<long> map = new();

        Assert.Equal(
            "key",
            Assert.Throws<ArgumentNullException>(() => map.GetOrAddAsync(null!, static (_, _) => default)).ParamName);
        Assert.Throws<ArgumentException>(() => map.GetOrAddAsync(new string('x', 40_000), static (_, _) => default));
        Assert.Equal(0, await map.GetOrAddAsync(string.Empty, static (_, _) => default));
        Assert.Equal((1, 0), (map.Count, map.FlightCount));
    }

    protected override IFlightMap Create() => new Map();

    private sealed class Map : IFlightMap
    {
        private const string Prefix = "a key with a record of its own: ";
        private readonly TextShardMap<long> _map = new(new ShardMapOptions { ShardCount = 1 });
        private readonly string[] _keys = [.. Enumerable.Range(0, 1000).Select(static key => $"{Prefix}{key}")];

        public int FlightCount => _map.FlightCount;

        public bool TryGetValue(long key, out long value) => _map.TryGetValue(_keys[key], out value);

        public void Set(long key, long value) => _map[_keys[key]] = value;

        public bool TryRemove(long key) => _map.TryRemove(_keys[key], out _);

        public void InCallback(long key, Action action) =>
            _map.TryUpdate(_keys[key], (ref long _, int _) => action(), 0);

        public ValueTask<long> GetOrAddAsync(
            long key,
            Func<long, CancellationToken, ValueTask<long>> valueFactory,
            CancellationToken cancellationToken = default) =>
            valueFactory is null
                ? _map.GetOrAddAsync(_keys[key], null!, cancellationToken)
                : _map.GetOrAddAsync(
                    _keys[key],
                    static (_, arg, token) => arg.Create(arg.Key, token),
                    (Key: key, Create: valueFactory),
                    cancellationToken);

        public ValueTask<long> GetOrAddAsync(
            long key, Func<long, string, CancellationToken, ValueTask<long>> valueFactory, string factoryArgument) =>
            valueFactory is null
                ? _map.GetOrAddAsync<string>(_keys[key], null!, factoryArgument)
                : _map.GetOrAddAsync(_keys[key], (_, text, token) => valueFactory(key, text, token), factoryArgument);

        public void Dispose() => _map.Dispose();
    }
}
