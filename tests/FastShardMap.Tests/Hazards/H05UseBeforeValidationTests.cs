using FastShardMap.Layout;
using FastShardMap.Sharding;
using FastShardMap.Tables;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Hazards;

/// <summary>H5: the caller's Equals runs on bytes that a writer is changing.</summary>
public sealed unsafe class H05UseBeforeValidationTests
{
    private static int s_tornKeys;

    /// <summary>
    /// A writer is inside the group from one comparison of a lookup to the next, and has written half a key.
    /// </summary>
    [Fact]
    public void Equals_WriterInsideTheGroup_NeverSeesItsHalfKey()
    {
        for (int comparison = 1; comparison <= 4; comparison++)
        {
            using ShardMap<HookedKey, long, HookedKey.Hasher> map = new(new ShardMapOptions { ShardCount = 1 });
            map[new HookedKey(0)] = 100;
            map[new HookedKey(1)] = 101;
            Group* group = (Group*)map.Shards.Header->Views[0].Current.Base;
            HookedKey* key = Table<HookedKey, long>.KeyAt(group, 1);
            long* complement = &key->Complement;
            int left = comparison;
            HookedKey.OnEquals = present =>
            {
                Assert.True(present.IsWhole, "Equals was given half a key.");
                if (present.Number != 0)
                {
                    return;
                }

                if (key->IsWhole)
                {
                    left--;
                }

                // Not under the lock: there nobody else writes.
                bool locked = map.Shards.Header->WriteSides[0].Lock != 0;
                if (left == 0 && !locked && key->IsWhole)
                {
                    GroupVersion.BeginWrite(group);
                    *complement = 0;
                }
                else if (!key->IsWhole)
                {
                    *complement = ~1;
                    GroupVersion.EndWrite(group);
                }
            };
            try
            {
                Assert.True(map.TryGetValue(new HookedKey(1), out long value));
                Assert.Equal(101, value);
            }
            finally
            {
                HookedKey.OnEquals = null;
            }

            Assert.True(key->IsWhole);
        }
    }

    [Fact]
    public void Equals_OfTheKey_SeesWholeKeysOnly()
    {
        using ShardMap<CheckedKey, int, SameTagHasher> map = new(
            new ShardMapOptions { ShardCount = 1, MigrationStepGroups = 1 });
        for (int i = 0; i < 4; i++)
        {
            map[new CheckedKey(i)] = i;
        }

        Race race = new(Soak.Time(1.5));

        // Keys come and go in the same few slots, all with one tag: readers copy what is being overwritten.
        race.Loop("writer", round =>
        {
            map.TryRemove(new CheckedKey(round % 8), out _);
            map.TryAdd(new CheckedKey((round + 3) % 8), round);
        });
        for (int reader = 0; reader < 2; reader++)
        {
            race.Loop($"reader {reader}", round => map.TryGetValue(new CheckedKey(1000 + (round % 5)), out _));
        }

        race.Run();
        Assert.Equal(0, Volatile.Read(ref s_tornKeys));
    }

    private readonly struct SameTagHasher : IKeyHasher<CheckedKey>
    {
        public ulong Hash(CheckedKey key, HashSeed seed) => 0x1234_5678_9ABC_DEF0;
    }

    /// <summary>Knows whether it is whole.</summary>
    private readonly struct CheckedKey(int number) : IEquatable<CheckedKey>
    {
        private readonly Bytes _bytes = new(number);

        public bool Equals(CheckedKey other)
        {
            if (!other._bytes.IsWhole)
            {
                Interlocked.Increment(ref s_tornKeys);
            }

            return _bytes.A == other._bytes.A;
        }

        public override bool Equals(object? obj) => obj is CheckedKey other && Equals(other);

        public override int GetHashCode() => 0;

        private readonly record struct Bytes(long A, long B, long C, long D, long E, long F, long G, long H)
        {
            public Bytes(long number)
                : this(number, ~number, number * 3, number * 5, number * 7, number * 11, number * 13, number * 17)
            {
            }

            public bool IsWhole => this == new Bytes(A);
        }
    }
}
