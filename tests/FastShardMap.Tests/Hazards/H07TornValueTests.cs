using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Sharding;
using FastShardMap.Tables;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Hazards;

/// <summary>H7: a value of which half is old.</summary>
public sealed unsafe class H07TornValueTests
{
    [Fact]
    public void Values_OfOneTo256Bytes_AreNeverTorn() =>
        Assert.All(
            SizedBytes.Selection.Where(static bytes => bytes > 1),
            static bytes => SizedBytes.Run(bytes, default(Body)));

    /// <summary>
    /// A writer is inside the group from one comparison of a lookup to the next, and has written half a value.
    /// </summary>
    [Fact]
    public void Read_WriterInsideTheGroup_NeverReturnsItsHalfValue()
    {
        for (int comparison = 1; comparison <= 4; comparison++)
        {
            using ShardMap<HookedKey, Wide, HookedKey.Hasher> map = new(new ShardMapOptions { ShardCount = 1 });
            map[new HookedKey(0)] = SizedBytes.Stamped<Wide>(0);
            map[new HookedKey(1)] = SizedBytes.Stamped<Wide>(1);
            Group* group = (Group*)map.Shards.Header->Views[0].Current.Base;
            Wide* stored = Table<HookedKey, Wide>.ValueAt(group, 1);
            Wide next = SizedBytes.Stamped<Wide>(77);
            int left = comparison;
            HookedKey.OnEquals = present =>
            {
                if (present.Number != 0)
                {
                    return;
                }

                bool inside = !SizedBytes.IsWhole(*stored);
                left -= inside ? 0 : 1;

                // Not under the lock: there nobody else writes.
                bool locked = map.Shards.Header->WriteSides[0].Lock != 0;
                if (left == 0 && !locked && !inside)
                {
                    GroupVersion.BeginWrite(group);
                    SizedBytes.BytesOf(ref next)[..100].CopyTo(SizedBytes.BytesOf(ref *stored));
                }
                else if (inside)
                {
                    *stored = next;
                    GroupVersion.EndWrite(group);
                }
            };
            try
            {
                Assert.True(map.TryGetValue(new HookedKey(1), out Wide value));
                Assert.True(SizedBytes.IsWhole(value), "TryGetValue returned half a value.");
            }
            finally
            {
                HookedKey.OnEquals = null;
            }

            Assert.True(SizedBytes.IsWhole(*stored));
        }
    }

    [InlineArray(256)]
    private struct Wide
    {
        private byte _first;
    }

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
                map.AddOrUpdate(
                    key,
                    static (_, stamp) => SizedBytes.Stamped<T>(stamp),
                    static (_, _, stamp) => SizedBytes.Stamped<T>(stamp),
                    (byte)round);
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
