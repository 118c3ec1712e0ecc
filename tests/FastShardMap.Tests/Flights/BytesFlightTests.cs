namespace FastShardMap.Tests.Flights;

/// <summary>GetOrAddAsync of a map whose keys are bytes.</summary>
public sealed class BytesFlightTests : FlightContract
{
    [Fact]
    public async Task GetOrAddAsync_KeyChangedByTheCaller_IsThatOfTheCall()
    {
        using BytesShardMap<long> map = new();
        byte[] key = new byte[40];
        TaskCompletionSource<long> created = new();
        ReadOnlyMemory<byte> seen = default;
        ValueTask<long> call = map.GetOrAddAsync(
            key,
            (own, _) =>
            {
                seen = own;
                return new ValueTask<long>(created.Task);
            },
            TestContext.Current.CancellationToken);
        key.AsSpan().Fill(1);
        created.SetResult(5);

        Assert.Equal(5, await call);
        Assert.Equal(new byte[40], seen.ToArray());
        Assert.True(map.ContainsKey(new byte[40]));
        Assert.False(map.ContainsKey(key));
        Assert.Throws<ArgumentException>(
            () => map.GetOrAddAsync(new byte[40_000], static (_, _) => default).Preserve());
    }

    protected override IFlightMap Create() => new Map();

    private sealed class Map : IFlightMap
    {
        private readonly BytesShardMap<long> _map = new(new ShardMapOptions { ShardCount = 1 });
        private readonly byte[][] _keys =
        [
            .. Enumerable.Range(0, 1000).Select(static key => (byte[])[.. new byte[30], .. BitConverter.GetBytes(key)]),
        ];

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
