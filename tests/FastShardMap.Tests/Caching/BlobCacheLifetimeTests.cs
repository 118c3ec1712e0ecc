using System.Buffers;
using System.Globalization;
using System.Reflection;
using System.Text;
using FastShardMap.Tests.Records;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Caching;

/// <summary>Operations of a cache of bytes during Dispose, also while the records of a shard are moved.</summary>
public sealed class BlobCacheLifetimeTests
{
    private const int Keys = 1_500;
    private const int LongestValue = 6_000;

    /// <summary>Members that do not throw after Dispose, and those that have a test of their own.</summary>
    private static readonly string[] s_others =
    [
        "Dispose()", "SaveTo(path, progress)", "SaveToAsync(path, progress, cancellationToken)", "ToString()",
        "get_BytesAllocated()", "get_DroppedRemovals()", "get_MaxBytes()", "get_MaxEntries()", "get_MaxEntryBytes()",
        "get_Removals()",
    ];

    // Each gets a number that grows from call to call. It also chooses the form of the key.
    private static readonly (string Name, Action<BlobShardCache, int> Call)[] s_operations =
    [
        ("Set(key, value, timeToLive)", static (cache, number) => _ = (number % 16) switch
        {
            < 5 => cache.Set(KeyOf(number), ValueOf(number)),
            < 10 => cache.Set(Utf8Of(number), ValueOf(number)),
            < 15 => cache.Set(KeyOf(number).AsSpan(), ValueOf(number), LifeOf(number)),
            _ => cache.Set(KeyOf(number), new byte[cache.MaxEntryBytes + 1]),
        }),
        ("TryAdd(key, value, timeToLive)", static (cache, number) => _ = (number % 3) switch
        {
            0 => cache.TryAdd(KeyOf(number), ValueOf(number)),
            1 => cache.TryAdd(Utf8Of(number), ValueOf(number), LifeOf(number)),
            _ => cache.TryAdd(KeyOf(number).AsSpan(), ValueOf(number)),
        }),
        ("TryGetValue(key, destination, length)", static (cache, number) =>
        {
            Span<byte> room = stackalloc byte[LongestValue];
            int length;
            bool found = (number % 3) switch
            {
                0 => cache.TryGetValue(KeyOf(number), room, out length),
                1 => cache.TryGetValue(Utf8Of(number), room, out length),
                _ => cache.TryGetValue(KeyOf(number).AsSpan(), room, out length),
            };
            AssertWhole(found ? room[..length] : []);
        }),
        ("TryGetValue(key, destination, length, remaining)", static (cache, number) =>
        {
            Span<byte> room = stackalloc byte[LongestValue];
            int length;
            bool found = (number % 3) switch
            {
                0 => cache.TryGetValue(KeyOf(number), room, out length, out _),
                1 => cache.TryGetValue(Utf8Of(number), room, out length, out _),
                _ => cache.TryGetValue(KeyOf(number).AsSpan(), room, out length, out _),
            };
            AssertWhole(found ? room[..length] : []);
        }),
        ("TryPeek(key, destination, length)", static (cache, number) =>
        {
            Span<byte> room = stackalloc byte[LongestValue];
            int length;
            bool found = (number % 3) switch
            {
                0 => cache.TryPeek(KeyOf(number), room, out length),
                1 => cache.TryPeek(Utf8Of(number), room, out length),
                _ => cache.TryPeek(KeyOf(number).AsSpan(), room, out length),
            };
            AssertWhole(found ? room[..length] : []);
        }),
        ("TryGetValue(key, destination)", static (cache, number) =>
        {
            ArrayBufferWriter<byte> writer = new();
            bool found = (number % 3) switch
            {
                0 => cache.TryGetValue(KeyOf(number), writer),
                1 => cache.TryGetValue(Utf8Of(number), writer),
                _ => cache.TryGetValue(KeyOf(number).AsSpan(), writer),
            };
            AssertWhole(found ? writer.WrittenSpan : []);
        }),
        ("TryGetValue(key, destination, remaining)", static (cache, number) =>
        {
            ArrayBufferWriter<byte> writer = new();
            bool found = (number % 3) switch
            {
                0 => cache.TryGetValue(KeyOf(number), writer, out _),
                1 => cache.TryGetValue(Utf8Of(number), writer, out _),
                _ => cache.TryGetValue(KeyOf(number).AsSpan(), writer, out _),
            };
            AssertWhole(found ? writer.WrittenSpan : []);
        }),
        ("TryPeek(key, destination)", static (cache, number) =>
        {
            ArrayBufferWriter<byte> writer = new();
            bool found = (number % 3) switch
            {
                0 => cache.TryPeek(KeyOf(number), writer),
                1 => cache.TryPeek(Utf8Of(number), writer),
                _ => cache.TryPeek(KeyOf(number).AsSpan(), writer),
            };
            AssertWhole(found ? writer.WrittenSpan : []);
        }),
        ("ContainsKey(key)", static (cache, number) => _ = (number % 3) switch
        {
            0 => cache.ContainsKey(KeyOf(number)),
            1 => cache.ContainsKey(Utf8Of(number)),
            _ => cache.ContainsKey(KeyOf(number).AsSpan()),
        }),
        ("TryRemove(key)", static (cache, number) => _ = (number % 3) switch
        {
            0 => cache.TryRemove(KeyOf(number)),
            1 => cache.TryRemove(Utf8Of(number)),
            _ => cache.TryRemove(KeyOf(number).AsSpan()),
        }),
        ("TryRemove(key, destination, length)", static (cache, number) =>
        {
            Span<byte> room = stackalloc byte[LongestValue];
            int length;
            bool found = (number % 3) switch
            {
                0 => cache.TryRemove(KeyOf(number), room, out length),
                1 => cache.TryRemove(Utf8Of(number), room, out length),
                _ => cache.TryRemove(KeyOf(number).AsSpan(), room, out length),
            };
            AssertWhole(found ? room[..length] : []);
        }),
        ("TryUpdate(key, newValue, comparisonValue)", static (cache, number) => _ = (number % 3) switch
        {
            0 => cache.TryUpdate(KeyOf(number), ValueOf(number), ValueOf(number)),
            1 => cache.TryUpdate(Utf8Of(number), ValueOf(number), ValueOf(number)),
            _ => cache.TryUpdate(KeyOf(number).AsSpan(), ValueOf(number), ValueOf(number)),
        }),
        ("GetOrAddAsync(key, valueFactory, timeToLive, cancellationToken)", static (cache, number) => AssertWhole(
            cache.GetOrAddAsync(
                KeyOf(number),
                (_, _) => new ValueTask<ReadOnlyMemory<byte>>(ValueOf(number)),
                LifeOf(number),
                CancellationToken.None))),
        ("GetOrAddAsync(key, valueFactory, factoryArgument, timeToLive, cancellationToken)", static (cache, number) =>
            AssertWhole(cache.GetOrAddAsync(
                KeyOf(number), static (_, own, _) => new ValueTask<ReadOnlyMemory<byte>>(ValueOf(own)), number))),
        ("Trim(entries)", static (cache, number) => cache.Trim(number & 7)),
        ("RemoveExpired()", static (cache, _) => cache.RemoveExpired()),
        ("Clear()", static (cache, _) => cache.Clear()),
        ("get_Count()", static (cache, _) => Assert.InRange(cache.Count, 0, cache.MaxEntries)),
        ("GetStatistics()", static (cache, _) => cache.GetStatistics()),
        ("Save(destination, progress)", static (cache, _) => cache.Save(Stream.Null)),
        ("SaveAsync(destination, progress, cancellationToken)", static (cache, _) =>
            cache.SaveAsync(Stream.Null).GetAwaiter().GetResult()),
    ];

    /// <summary>A method that is added to the cache must be added to the operations, too.</summary>
    [Fact]
    public void Operations_OfThisTest_AreAllMethodsOfTheCacheOfBytes()
    {
        string[] methods =
        [
            .. typeof(BlobShardCache)
                .GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly)
                .Select(static method =>
                    $"{method.Name}({string.Join(", ", method.GetParameters().Select(static one => one.Name))})")
                .Distinct(),
        ];

        Assert.Equal(methods.Order(), s_operations.Select(static one => one.Name).Concat(s_others).Order());
    }

    [Fact]
    public void Operations_OfBytesAfterDispose_ThrowObjectDisposed()
    {
        BlobShardCache cache = new(new ShardCacheOptions { MaxBytes = 512 * 1024, Name = "gone" });
        cache.Set(KeyOf(1), ValueOf(1));
        cache.Dispose();

        foreach ((string name, Action<BlobShardCache, int> call) in s_operations)
        {
            for (int form = 0; form < 12; form++)
            {
                ObjectDisposedException exception = Assert.Throws<ObjectDisposedException>(() => call(cache, form));
                Assert.True(exception.ObjectName == "BlobShardCache 'gone'", name);
            }
        }
    }

    [Fact]
    public void Dispose_RacingWithEveryOperationOfBytes_ThrowsObjectDisposedAndNothingElse()
    {
        Random random = new(TestSeed.For(
            nameof(Dispose_RacingWithEveryOperationOfBytes_ThrowsObjectDisposedAndNothingElse)));
        DateTime end = DateTime.UtcNow + Soak.Time(3);
        for (int round = 0; DateTime.UtcNow < end || round < s_operations.Length; round++)
        {
            BlobShardCache cache = new(new ShardCacheOptions { MaxBytes = 512 * 1024, ShardCount = 2 });
            int start = random.Next(4_000);
            for (int number = 0; number < start; number++)
            {
                Assert.True(cache.Set(KeyOf(number), ValueOf(number)));
            }

            int spins = random.Next(20_000);
            int[] indices = [round % s_operations.Length, random.Next(s_operations.Length)];
            DisposeRace.Run(cache, spins, indices.Select(index => s_operations[index]).Select(
                operation => (operation.Name, (Action<BlobShardCache, int>)((cache, number) =>
                    operation.Call(cache, start + number)))));
            Assert.Throws<ObjectDisposedException>(() => cache.Set("a", [1]));
        }
    }

    private static void AssertWhole(ReadOnlySpan<byte> value) =>
        Assert.True(BlobBytes.IsWhole(value), "a torn value");

    private static void AssertWhole(ValueTask<ReadOnlyMemory<byte>> call) =>
        AssertWhole(call.AsTask().GetAwaiter().GetResult().Span);

    private static TimeSpan LifeOf(int number) => TimeSpan.FromMilliseconds(1 + (number & 31));

    /// <summary>Lengths that grow, so that released records are of no use and the records are moved together.</summary>
    private static byte[] ValueOf(int number) => BlobBytes.Create(number, 10 + (number / 2 % (LongestValue - 10)));

    private static byte[] Utf8Of(int number) => Encoding.UTF8.GetBytes(KeyOf(number));

    private static string KeyOf(int number)
    {
        int key = number % Keys;
        return key % 2 == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{key}")
            : string.Create(CultureInfo.InvariantCulture, $"{key} is a key of more than fifteen bytes");
    }
}
