namespace FastShardMap.Tests;

/// <summary>Code of the caller that ends an exclusive phase, or disposes its map, within an operation of the
/// phase.</summary>
public sealed class ExclusiveReentryTests : IDisposable
{
    [ThreadStatic]
    private static Action? t_onHash;

    public void Dispose() => t_onHash = null;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Hasher_EndsThePhase_OperationsThrow(bool disposesTheMap)
    {
        Action<ShardMapExclusive<long, long, EndingHasher>>[] operations =
        [
            phase => phase[1] = 1, phase => phase.TryGetValue(1, out _), phase => phase.TryRemove(1, out _),
            phase => phase.SetRange([1, 2], [1, 2]),
        ];
        foreach (Action<ShardMapExclusive<long, long, EndingHasher>> operation in operations)
        {
            using ShardMap<long, long, EndingHasher> map = new();
            using ShardMapExclusive<long, long, EndingHasher> phase = map.EnterExclusive();
            t_onHash = disposesTheMap ? map.Dispose : phase.Dispose;
            Assert.Throws<ObjectDisposedException>(() => operation(phase));
            if (!disposesTheMap)
            {
                Assert.Equal(0, map.Count);
                map[3] = 4;
                Assert.Equal(4, map[3]);
            }
        }
    }

    [Fact]
    public void PinnedValue_EndsThePhase_SetRangeThrows()
    {
        using BlobShardMap map = new();
        using BlobShardMapExclusive phase = map.EnterExclusive();
        ReadOnlyMemory<byte>[] values = [new Records.ManagerOf16(phase.Dispose).Memory];
        Assert.Throws<ObjectDisposedException>(() => phase.SetRange(["a"], values));
        Assert.Equal(0, map.Count);
    }

    private readonly struct EndingHasher : IKeyHasher<long>
    {
        public ulong Hash(long key, HashSeed seed)
        {
            Action? action = t_onHash;
            t_onHash = null;
            action?.Invoke();
            return default(DefaultHasher<long>).Hash(key, seed);
        }
    }
}
