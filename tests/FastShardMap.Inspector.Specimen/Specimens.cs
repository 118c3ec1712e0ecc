using System.Text.Json;

namespace FastShardMap.Inspector.Specimen;

/// <summary>Maps in known states.</summary>
internal static class Specimens
{
    private const int AuditedOperations = 64;
    private static readonly ShardMap<ulong, ulong> s_steady = new(new ShardMapOptions { Name = "steady" });
    private static readonly ShardMap<TradeKey, Trade> s_trades = new(
        new ShardMapOptions { Name = "trades", ShardCount = 4 });
    private static readonly ShardMap<ulong, int> s_migrating = new(
        new ShardMapOptions { Name = "migrating", ShardCount = 4 });
    private static readonly ShardMap<int, long> s_locked = new(
        new ShardMapOptions { Name = "locked", ShardCount = 16 });
    private static readonly ShardMap<ulong, ulong> s_disposed = new(
        new ShardMapOptions { Name = "disposed", ShardCount = 2 });
    private static readonly ShardMap<EnumKey<DayOfWeek>, int> s_days = new(
        new ShardMapOptions { Name = "days", ShardCount = 1 });
    private static readonly ShardMap<ulong, ulong, CustomerHasher> s_customers = new(
        new ShardMapOptions { Name = "customers", ShardCount = 16 });
    private static readonly ShardMap<Guid, byte> s_empty = new();
    private static readonly TextShardMap<int> s_words = new(new ShardMapOptions { Name = "words", ShardCount = 4 });
    private static readonly BytesShardMap<long> s_digests = new(
        new ShardMapOptions { Name = "digests", ShardCount = 2 });
    private static readonly BlobShardMap s_pages = new(new ShardMapOptions { Name = "pages", ShardCount = 4 });
    private static readonly AuditedShardMap<TradeKey, Trade, DefaultHasher<TradeKey>> s_audit = new(
        s_trades, new AuditOptions<TradeKey> { RecentOperations = AuditedOperations });

    private static readonly AuditedTextShardMap<int> s_wordAudit = new(
        s_words, new AuditOptions<AuditKey> { RecentOperations = AuditedOperations });

    private static readonly ManualResetEventSlim s_release = new();
    private static int s_holderId;
    private static int s_holderShardReads;

    public static void Create()
    {
        for (ulong key = 0; key < 10_000; key++)
        {
            s_steady[key] = key * 3;
        }

        for (ulong key = 0; key < 1_000; key++)
        {
            s_steady.TryRemove(key * 10, out _);
        }

        for (int i = 0; i < 500; i++)
        {
            s_trades[new TradeKey(i % 7, i)] = new Trade
            {
                Price = 100 + (i / 4.0),
                State = (TradeState)(i % 3),
                At = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddMinutes(i),
                Venue = new Venue { Country = (short)(i % 5), Desk = i },
                Live = i % 2 == 0,
            };
        }

        foreach (DayOfWeek day in Enum.GetValues<DayOfWeek>())
        {
            s_days[day] = (int)day * 11;
        }

        for (ulong key = 0; key < 400; key++)
        {
            s_customers[key] = key;
        }

        for (int i = 0; i < 2_000; i++)
        {
            s_words[$"{new string('w', i % 30)}{i}"] = i;
            s_digests[BitConverter.GetBytes((long)i * i)] = i;
            s_pages.Set($"/{new string('p', i % 30)}/{i}", PageOf(i));
        }

        for (int i = 0; i < 2_000; i += 3)
        {
            s_words.TryRemove($"{new string('w', i % 30)}{i}", out _);
            s_pages.TryRemove($"/{new string('p', i % 30)}/{i}");
        }

        OperateUnderAudit();
        FinishCompactions();
        StopInMigration();
        for (ulong key = 0; key < 100; key++)
        {
            s_disposed[key] = key;
        }

        s_disposed.Dispose();
        ParkAWriter();
    }

    /// <summary>What this process knows of its maps: one line of JSON.</summary>
    public static string Describe() => JsonSerializer.Serialize(new
    {
        ProcessId = Environment.ProcessId,
        HolderId = s_holderId,
        Maps = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["steady"] = s_steady.GetStatistics(),
            ["trades"] = s_trades.GetStatistics(),
            ["migrating"] = s_migrating.GetStatistics(),
            ["locked"] = s_locked.GetStatistics(),
            ["days"] = s_days.GetStatistics(),
            ["customers"] = s_customers.GetStatistics(),
            [string.Empty] = s_empty.GetStatistics(),
            ["words"] = s_words.GetStatistics(),
            ["digests"] = s_digests.GetStatistics(),
            ["pages"] = s_pages.GetStatistics(),
        },
        SteadyProbeLengths = s_steady.GetProbeLengths(),
        MigratingProbeLengths = s_migrating.GetProbeLengths(),
        Audited = s_audit.GetRecent().Select(operation => new
        {
            operation.ThreadId,
            Operation = operation.Operation.ToString(),
            Key = $"{{ Account = {operation.Key.Account}, Order = {operation.Key.Order} }}",
        }),
        AuditedWords = s_wordAudit.GetRecent().Select(operation => operation.Key.ToString()),
        AuditedCount = Enum.GetValues<AuditOperation>().Sum(s_audit.GetCount),
        SumOfSteadyKeys = Sum(s_steady.ToArray().Select(entry => entry.Key)),
        SumOfMigratingKeys = Sum(s_migrating.ToArray().Select(entry => entry.Key)),
    });

    // The removals have started some. Writes finish them, and those of removed entries have moved groups ahead of the
    // cursor, by which a map tells its progress.
    private static void FinishCompactions()
    {
        for (int i = 0; s_words.GetStatistics().MigrationsActive + s_pages.GetStatistics().MigrationsActive > 0; i++)
        {
            s_words.TryRemove($"none {i}", out _);
            s_pages.TryRemove($"none {i}");
        }
    }

    // One of the pages is larger than the records that share segments.
    private static byte[] PageOf(int number)
    {
        byte[] page = new byte[number == 1_000 ? 100_000 : number % 300];
        page.AsSpan().Fill((byte)number);
        return page;
    }

    public static void Grow()
    {
        for (ulong key = 100_000; key < 120_000; key++)
        {
            s_steady[key] = key;
        }
    }

    /// <summary>Two threads on few keys, and a map that grows: events of most kinds.</summary>
    public static void Churn()
    {
        ShardMap<int, long> map = new(new ShardMapOptions { Name = "churned", ShardCount = 1 });
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(seed => new Thread(() =>
        {
            for (int i = 0; i < 20_000; i++)
            {
                map[(i * 4) + seed] = i;
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        map.TrimExcess();
        map.Dispose();
    }

    // Operations of every kind, by two threads, more than the rings hold; the map stays as it was.
    private static void OperateUnderAudit()
    {
        Thread reader = new(static () =>
        {
            for (int i = 0; i < 500; i++)
            {
                s_audit.TryGetValue(new TradeKey(i % 5, i), out _);
            }
        });
        reader.Start();
        reader.Join();
        for (int i = 0; i < 50; i++)
        {
            TradeKey key = new(i % 7, i);
            s_audit.TryAdd(key, default);
            s_audit[key] = s_trades[key];
            TradeKey passing = new(99, i);
            s_audit.TryAdd(passing, default);
            s_audit.TryRemove(passing, out _);
            s_wordAudit.ContainsKey($"{new string('w', i)}{i}");
        }
    }

    // Inserts until one shard is just half way through.
    private static void StopInMigration()
    {
        for (ulong key = 0; ; key++)
        {
            s_migrating[key] = (int)key;
            ShardMapStatistics statistics = s_migrating.GetStatistics();
            if (key > 20_000 && statistics.MigrationsActive > 0 && statistics.MigrationProgress is > 0.3 and < 0.7)
            {
                return;
            }
        }
    }

    // A writer inside a callback, so that it holds a shard, and one that is parked for it.
    private static void ParkAWriter()
    {
        for (int key = 0; key < 50; key++)
        {
            s_locked[key] = key;
        }

        using ManualResetEventSlim inside = new();
        Thread holder = new(() => s_locked.AddOrUpdate(
            7,
            static (_, _) => 0,
            static (_, value, inside) =>
            {
                s_holderId = Environment.CurrentManagedThreadId;
                inside.Set();
                WaitInsideTheLock();
                return value + 1;
            },
            inside))
        { IsBackground = true, Name = "holder" };
        holder.Start();
        inside.Wait();
        Thread waiter = new(static () => s_locked[7] = 1) { IsBackground = true, Name = "waiter" };
        waiter.Start();
        while ((waiter.ThreadState & ThreadState.WaitSleepJoin) == 0)
        {
            Thread.Sleep(1);
        }

        // Asleep once may be a yield; the second look is after the wait's own spinning.
        Thread.Sleep(50);
    }

    private static void WaitInsideTheLock()
    {
        s_release.Wait();
        s_holderShardReads++;
    }

    private static ulong Sum(IEnumerable<ulong> numbers) =>
        numbers.Aggregate(0UL, static (sum, number) => unchecked(sum + number));
}
