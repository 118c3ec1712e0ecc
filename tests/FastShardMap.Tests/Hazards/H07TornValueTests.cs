using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Hazards;

/// <summary>H7: a value of which half is old.</summary>
public sealed class H07TornValueTests
{
    [Fact]
    public void Values_OfOneTo256Bytes_AreNeverTorn() =>
        Assert.All(SizedBytes.Selection.Where(static bytes => bytes > 1), static bytes => SizedBytes.Run(bytes, default(Body)));

    private readonly struct Body : ISizedBody
    {
        private const int Keys = 24;

        public void Run<T>()
            where T : unmanaged
        {
            using ShardMap<int, T> map = new(new ShardMapOptions { ShardCount = 1, MigrationStepGroups = 1 });
            Race race = new(Soak.IsOn ? Soak.Time(0) / 32 : TimeSpan.FromMilliseconds(80));
            race.Loop("update", round => map[round % 4] = SizedBytes.Stamped<T>((byte)round));
            race.Loop("migrate", round =>
            {
                // Grows and shrinks around the keys that are read.
                int key = 4 + (round % Keys);
                map.AddOrUpdate(key, static (_, stamp) => SizedBytes.Stamped<T>(stamp), static (_, _, stamp) => SizedBytes.Stamped<T>(stamp), (byte)round);
                if (round % Keys == Keys - 1)
                {
                    for (int removed = 4; removed < 4 + Keys; removed++)
                    {
                        map.TryRemove(removed, out _);
                    }

                    map.TrimExcess();
                }
            });
            race.Loop("read", round =>
            {
                if (map.TryGetValue(round % 8, out T value))
                {
                    Assert.True(SizedBytes.IsWhole(value), "TryGetValue returned a torn value.");
                }
            });
            race.Loop("read many", _ =>
            {
                Span<T> values = new T[8];
                Span<bool> found = stackalloc bool[8];
                map.TryGetValues([0, 1, 2, 3, 4, 5, 6, 7], values, found);
                for (int i = 0; i < 8; i++)
                {
                    Assert.True(!found[i] || SizedBytes.IsWhole(values[i]), "TryGetValues returned a torn value.");
                }

                foreach (KeyValuePair<int, T> entry in map)
                {
                    Assert.True(SizedBytes.IsWhole(entry.Value), "An enumeration returned a torn value.");
                }
            });
            race.Run();
        }
    }
}
