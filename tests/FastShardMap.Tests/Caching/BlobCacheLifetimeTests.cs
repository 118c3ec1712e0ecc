using System.Buffers;
using System.Globalization;
using System.Text;
using FastShardMap.Tests.Records;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Caching;

/// <summary>Operations of a cache of bytes during Dispose, also while the records of a shard are moved.</summary>
public sealed class BlobCacheLifetimeTests
{
    private const int Keys = 1_500;
    private const int LongestValue = 6_000;

    // Each gets a number that grows from call to call.
    private static readonly (string Name, Action<BlobShardCache, int> Call)[] s_operations =
    [
        ("Set", static (cache, number) => cache.Set(KeyOf(number), ValueOf(number))),
        ("Set, bytes", static (cache, number) => cache.Set(Utf8Of(number), ValueOf(number))),
        ("Set, timeToLive", static (cache, number) =>
            cache.Set(KeyOf(number), ValueOf(number), TimeSpan.FromMilliseconds(1 + (number & 31)))),
        ("Set, too large", static (cache, number) => cache.Set(KeyOf(number), new byte[cache.MaxEntryBytes + 1])),
        ("TryAdd", static (cache, number) => cache.TryAdd(KeyOf(number), ValueOf(number))),
        ("TryGetValue, span", static (cache, number) =>
        {
            Span<byte> room = stackalloc byte[LongestValue];
            if (cache.TryGetValue(KeyOf(number), room, out int length))
            {
                Assert.True(BlobBytes.IsWhole(room[..length]), "a torn value");
            }
        }),
        ("TryGetValue, writer", static (cache, number) =>
        {
            ArrayBufferWriter<byte> writer = new();
            if (cache.TryGetValue(Utf8Of(number), writer))
            {
                Assert.True(BlobBytes.IsWhole(writer.WrittenSpan), "a torn value");
            }
        }),
        ("ContainsKey", static (cache, number) => cache.ContainsKey(KeyOf(number))),
        ("TryRemove", static (cache, number) => cache.TryRemove(KeyOf(number))),
        ("Trim", static (cache, number) => cache.Trim(number & 7)),
        ("RemoveExpired", static (cache, _) => cache.RemoveExpired()),
        ("Clear", static (cache, _) => cache.Clear()),
        ("Count", static (cache, _) => Assert.InRange(cache.Count, 0, cache.MaxEntries)),
        ("GetStatistics", static (cache, _) => cache.GetStatistics()),
        ("Save", static (cache, _) => cache.Save(Stream.Null)),
        ("SaveAsync", static (cache, _) => cache.SaveAsync(Stream.Null).GetAwaiter().GetResult()),
    ];

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
