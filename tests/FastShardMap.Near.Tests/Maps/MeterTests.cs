using System.Diagnostics.Metrics;
using FastShardMap.Near.Diagnostics;
using FastShardMap.Near.Tests.Support;
using FastShardMap.Routing;
using StackExchange.Redis;

namespace FastShardMap.Near.Tests.Maps;

public class MeterTests(Engines engines)
{
    /// <summary>Whether the listener of a test throws. The value flows with the test's own calls only.</summary>
    private static readonly AsyncLocal<bool> s_throws = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Meter_OfAMap_ShowsWhatItDid()
    {
        Dictionary<string, double> readings = [];
        IReadOnlyList<double>? buckets = null;
        Lock gate = new();
        NearMapOptions options = await engines.OptionsAsync(EngineKind.Garnet);
        options.Name = "prices";
        options.CountHits = true;
        options.MaxStaleness = TimeSpan.FromMilliseconds(400); // heartbeats are frequent
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == "FastShardMap.Near")
            {
                self.EnableMeasurementEvents(instrument);
                if (instrument is Histogram<double> { Name: "fastshardmap.near.invalidation.delay" } delay)
                {
                    lock (gate)
                    {
                        buckets = delay.Advice?.HistogramBucketBoundaries;
                    }
                }
            }
        };
        void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            // Other maps of the process have names of their own.
            if (Assert.Single(tags.ToArray()) is { Key: "fastshardmap.near.name", Value: "prices" })
            {
                lock (gate)
                {
                    readings[instrument.Name] = value;
                }
            }
        }

        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        listener.Start();
        await using NearMap<long, long> map = await NearMap<long, long>.ConnectAsync(options, Token);
        await map.SetAsync(1, 10, cancellationToken: Token);
        await Wait.UntilAsync(async () => (await map.GetAsync(1, cancellationToken: Token)).IsNear, "a copy");
        await Wait.UntilAsync(
            () =>
            {
                lock (gate)
                {
                    return readings.ContainsKey("fastshardmap.near.invalidation.delay");
                }
            },
            "a heartbeat");
        // The invalidation of the map's own write may come late.
        string[] counts = ["hits", "misses", "fills", "invalidations"];
        await Wait.UntilAsync(
            async () =>
            {
                bool isNear = (await map.GetAsync(1, cancellationToken: Token)).IsNear;
                listener.RecordObservableInstruments();
                return isNear && counts.All(name => readings[$"fastshardmap.near.{name}"] > 0)
                    && readings["fastshardmap.near.entries"] == 1;
            },
            "a count of each kind, and one entry");

        Assert.InRange(readings["fastshardmap.near.lease.age"], 0, 60);
        lock (gate)
        {
            Assert.NotNull(buckets);
            Assert.Equal(14, buckets.Count);
            Assert.Equal(0.0001, buckets[0]);
            Assert.Equal(2.5, buckets[13]);
        }

        string[] zero = ["joined", "fills.refused", "format_errors", "suspensions"];
        Assert.All(zero, name => Assert.Contains($"fastshardmap.near.{name}", readings.Keys));
    }

    /// <summary>A listener collects while another thread disposes the map.</summary>
    [Fact]
    public void Meter_OfAMapThatIsBeingDisposed_ReportsNothing()
    {
        using NearMeter meter = new(
            "gone", static () => throw new ObjectDisposedException("map"), static () => TimeSpan.Zero);
        int readings = 0;
        using MeterListener listener = new();
        listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == NearMeter.Name)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            foreach (KeyValuePair<string, object?> tag in tags)
            {
                readings += tag.Value is "gone" ? 1 : 0;
            }
        });
        listener.Start();
        listener.RecordObservableInstruments();
        Assert.Equal(0, readings);
    }

    /// <summary>The map is connected when its meter is made. What was made by then is released.</summary>
    [Fact]
    public async Task ConnectAsync_ListenerThatThrows_LeavesNoConnectionAndNoMeter()
    {
        await using Relay relay = await engines.RelayToAsync(EngineKind.Garnet);
        NearMapOptions options = await OptionsThroughAsync(relay);
        Meter? meter = null;
        int ended = 0;
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (s_throws.Value && instrument.Meter.Name == NearMeter.Name)
            {
                meter = instrument.Meter;
                if (instrument.Name == "fastshardmap.near.lease.age")
                {
                    throw new InvalidTimeZoneException();
                }

                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.MeasurementsCompleted = (instrument, _) => ended += instrument.Meter == meter ? 1 : 0;
        listener.Start();
        s_throws.Value = true;

        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => NearMap<long, long>.ConnectAsync(options, Token));

        s_throws.Value = false;
        Assert.NotEqual(0, relay.Accepted);
        await Wait.UntilAsync(() => relay.OpenSockets == 0, "all connections are closed");
        Assert.Equal(10, ended); // all instruments before the one that the listener has refused
    }

    [Fact]
    public async Task Heartbeat_ListenerThatThrows_MakesNoNewConnections()
    {
        await using Relay relay = await engines.RelayToAsync(EngineKind.Garnet);
        NearMapOptions options = await OptionsThroughAsync(relay);
        options.Name = "heard";
        options.MaxStaleness = TimeSpan.FromMilliseconds(400); // heartbeats are frequent
        options.OperationTimeout = TimeSpan.FromMinutes(10); // one that is late ends no connection
        int heard = 0;
        using MeterListener listener = new();
        listener.InstrumentPublished = static (instrument, self) =>
        {
            if (instrument.Name == "fastshardmap.near.invalidation.delay")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) =>
        {
            if (tags[0].Value is "heard")
            {
                Interlocked.Increment(ref heard);
                throw new InvalidTimeZoneException();
            }
        });
        listener.Start();
        await using NearMap<long, long> map = await NearMap<long, long>.ConnectAsync(options, Token);
        await Wait.UntilAsync(() => Volatile.Read(ref heard) >= 2, "heartbeats");
        long accepted = relay.Accepted;
        await Wait.UntilAsync(() => Volatile.Read(ref heard) >= 6, "more heartbeats");

        // The client library may have made one of its first connections later. Each new link would make two.
        Assert.InRange(relay.Accepted - accepted, 0, 1);
        await Wait.UntilAsync(() => map.State == NearState.Live, "the map is live");
    }

    [Fact]
    public async Task DisposeAsync_ListenerThatThrows_ReleasesEverything()
    {
        await using Relay relay = await engines.RelayToAsync(EngineKind.Garnet);
        NearMapOptions options = await OptionsThroughAsync(relay);
        using ThrowingListener listener = ThrowingListener.Start();
        NearMap<long, long> map = await NearMap<long, long>.ConnectAsync(options, Token);
        listener.Throws = true;

        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => map.DisposeAsync().AsTask());

        listener.Throws = false;
        Assert.Equal(NearSuspension.Disposed, map.Suspension);
        Assert.Throws<ObjectDisposedException>(() => map.GetStatistics()); // the copies are disposed
        await Wait.UntilAsync(() => relay.OpenSockets == 0, "all connections are closed");
        await map.DisposeAsync();
    }

    /// <summary>The map does not connect because of the table at the engine, and listeners throw when what was made by
    /// then is disposed.</summary>
    [Fact]
    public async Task ConnectAsync_OtherTableAndListenerThatThrows_ThrowsTheCauseAndLeavesNoConnections()
    {
        await using Relay relay = await engines.RelayToAsync(EngineKind.Garnet);
        NearMapOptions options = await OptionsThroughAsync(relay);
        await using ConnectionMultiplexer client = await engines.ForeignClientAsync(EngineKind.Garnet);
        await client.GetDatabase().StringSetAsync($"{options.Prefix}table", "another");
        using ThrowingListener listener = ThrowingListener.Start();
        listener.Throws = true;

        await Assert.ThrowsAsync<InvalidOperationException>(() => RoutedNearMap<long, long>.ConnectAsync(
            SlotTable.Create([new NodeWeight("a"), new NodeWeight("b")]), _ => options, cancellationToken: Token));

        Assert.Equal(2, listener.Thrown);
        listener.Throws = false;
        await Wait.UntilAsync(() => relay.OpenSockets == 0, "all connections are closed");
    }

    private async Task<NearMapOptions> OptionsThroughAsync(Relay relay)
    {
        NearMapOptions direct = await engines.OptionsAsync(EngineKind.Garnet);
        return new NearMapOptions(
            await engines.ConfigurationThroughAsync(EngineKind.Garnet, relay), direct.Prefix)
        {
            ConnectTimeout = direct.ConnectTimeout,
        };
    }
}
