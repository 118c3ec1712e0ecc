using FastShardMap.Synchronization;

namespace FastShardMap.Tests.Synchronization;

/// <summary>The table of the maps with other locking strategies.</summary>
public sealed class LocalMapTests
{
    [Fact]
    public void TryRemove_RebuildAfterItFails_HasRemoved()
    {
        // Equal hashes fill groups, so that removals lead to a rebuild, which hashes all keys again.
        using GuardedShardMap<ThrowingKey, int, MutexGuard> map = new(1);
        for (int number = 0; number <= 400; number++)
        {
            map.Add(new ThrowingKey(number), number);
        }

        ThrowingKey.Throws = true; // the hash of 0, which stays in the map
        try
        {
            for (int round = 0; round < 4; round++)
            {
                for (int number = 1; number <= 400; number++)
                {
                    Assert.True(map.TryRemove(new ThrowingKey(number), out int removed));
                    Assert.Equal(number, removed);
                }

                Assert.Equal(1, map.Count);
                for (int number = 1; number <= 400; number++)
                {
                    Assert.True(map.TryAdd(new ThrowingKey(number), number));
                }
            }

            Assert.True(ThrowingKey.Thrown > 0);
        }
        finally
        {
            ThrowingKey.Throws = false;
        }

        Assert.True(map.TryGetValue(new ThrowingKey(0), out int value));
        Assert.Equal(0, value);
    }

    private readonly struct ThrowingKey(int number) : IEquatable<ThrowingKey>
    {
        private readonly int _number = number;

        [field: ThreadStatic]
        public static bool Throws { get; set; }

        [field: ThreadStatic]
        public static int Thrown { get; private set; }

        public bool Equals(ThrowingKey other) => _number == other._number;

        public override bool Equals(object? obj) => obj is ThrowingKey other && Equals(other);

        public override int GetHashCode()
        {
            if (Throws && _number == 0)
            {
                Thrown++;
                throw new InvalidOperationException("On purpose.");
            }

            return 0;
        }
    }
}
