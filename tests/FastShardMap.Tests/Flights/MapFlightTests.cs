using System.Runtime.InteropServices;

namespace FastShardMap.Tests.Flights;

/// <summary>GetOrAddAsync of a map.</summary>
public sealed class MapFlightTests : FlightContract
{
    [Fact]
    public async Task GetOrAddAsync_EqualKeysOfOtherBits_ShareAFlight()
    {
        using ShardMap<Loose, long, LooseHasher> map = new();
        TaskCompletionSource<long> value = new();
        Task<long> first = map.GetOrAddAsync(new Loose(1, 2), (_, _) => new ValueTask<long>(value.Task)).AsTask();
        Task<long> second = map.GetOrAddAsync(
            new Loose(1, 3), static (_, _) => throw new InvalidOperationException("Another flight.")).AsTask();
        Assert.Equal(1, map.FlightCount);
        value.SetResult(7);

        Assert.Equal((7, 7), (await first, await second));
        Assert.Equal(1, map.Count);
    }

    [Fact]
    public async Task GetOrAddAsync_ExclusivePhaseBegins_ThrowsInvalidOperation()
    {
        using ShardMap<long, long> map = new();
        TaskCompletionSource<long> value = new();
        Task<long> call = map.GetOrAddAsync(1, (_, _) => new ValueTask<long>(value.Task)).AsTask();
        using (map.EnterExclusive())
        {
            Thread other = new(() => value.SetResult(7)); // the value is stored by this thread
            other.Start();
            other.Join();
        }

        await Assert.ThrowsAsync<InvalidOperationException>(() => call);
        Assert.Equal(8, await map.GetOrAddAsync(1, static (_, _) => new ValueTask<long>(8)));
    }

    /// <summary>The thread of the first call waits for the shard's lock with a finished value, and is
    /// interrupted.</summary>
    [Fact]
    public async Task GetOrAddAsync_ThreadIsInterrupted_StoresTheValue()
    {
        using ShardMap<long, long> map = new(new ShardMapOptions { ShardCount = 1 });
        map[2] = 0;
        using ManualResetEventSlim isHeld = new();
        using ManualResetEventSlim release = new();
        Thread holder = new(() => map.TryUpdate(2, (ref long _, long _) =>
        {
            isHeld.Set();
            release.Wait();
        }, 0));
        holder.Start();
        isHeld.Wait();
        bool isInterrupted = false;
        Task<long> call = Task.FromResult(0L);
        Thread caller = new(() =>
        {
            call = map.GetOrAddAsync(1, static (_, _) => new ValueTask<long>(7)).AsTask();
            try
            {
                Thread.Sleep(0);
                Thread.Sleep(1);
            }
            catch (ThreadInterruptedException)
            {
                isInterrupted = true;
            }
        });
        caller.Start();
        SpinWait.SpinUntil(() => caller.ThreadState.HasFlag(ThreadState.WaitSleepJoin));
        caller.Interrupt();
        Thread.Sleep(20);
        release.Set();
        caller.Join();
        holder.Join();
        Assert.Equal((true, 7), (isInterrupted, await call));
        Assert.Equal(7, map[1]);
    }

    protected override IFlightMap Create() => new Map();

    private sealed class Map : IFlightMap
    {
        private readonly ShardMap<long, long> _map = new(new ShardMapOptions { ShardCount = 1 });

        public int FlightCount => _map.FlightCount;

        public bool TryGetValue(long key, out long value) => _map.TryGetValue(key, out value);

        public void Set(long key, long value) => _map[key] = value;

        public bool TryRemove(long key) => _map.TryRemove(key, out _);

        public void InCallback(long key, Action action) => _map.TryUpdate(key, (ref _, _) => action(), 0);

        public ValueTask<long> GetOrAddAsync(
            long key,
            Func<long, CancellationToken, ValueTask<long>> valueFactory,
            CancellationToken cancellationToken = default) =>
            _map.GetOrAddAsync(key, valueFactory, cancellationToken);

        public ValueTask<long> GetOrAddAsync(
            long key, Func<long, string, CancellationToken, ValueTask<long>> valueFactory, string factoryArgument) =>
            _map.GetOrAddAsync(key, valueFactory, factoryArgument);

        public void Dispose() => _map.Dispose();
    }

    // Keys that are equal although their bits differ.
    [StructLayout(LayoutKind.Auto)]
    private readonly struct Loose(int id, int ignored) : IEquatable<Loose>
    {
        public int Id { get; } = id;

        public int Ignored { get; } = ignored;

        public bool Equals(Loose other) => Id == other.Id;

        public override bool Equals(object? obj) => obj is Loose other && Equals(other);

        public override int GetHashCode() => Ignored; // not what the map uses
    }

    private readonly struct LooseHasher : IKeyHasher<Loose>
    {
        public ulong Hash(Loose key, HashSeed seed) => HashMixer.Mix((ulong)key.Id, seed);
    }
}
