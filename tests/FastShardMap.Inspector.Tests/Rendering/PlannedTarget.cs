using FastShardMap.Auditing;
using FastShardMap.Layout;
using FastShardMap.Memory;
using FastShardMap.Records;

namespace FastShardMap.Inspector.Tests.Rendering;

/// <summary>
/// Two core dumps whose every figure is known: seeds, times and threads are fixed, and only addresses differ from run
/// to run.
/// </summary>
public sealed unsafe class PlannedTarget : IDisposable
{
    /// <summary>
    /// A name that tries all there is: a terminal's sequence, markup, a mark of direction, a formula, line ends.
    /// </summary>
    public const string HostileName = "=[red]\u001b[31m\u202egnp.exe\n<b>\0\r\u2028end";

    private const int RingCapacity = 16;
    private const int LockWord = (7 << 1) | 1;
    private static readonly DateTime s_time = new(2026, 3, 4, 5, 6, 7, DateTimeKind.Utc);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fsmap-planned-");

    public PlannedTarget()
    {
        using ShardMap<ulong, ulong> sessions = new(Options("sessions", 8));
        Fill(sessions, 3_000);
        using ShardMap<Guid, EnumKey<DayOfWeek>> orders = new(
            Options("orders by customer, venue and day of the week", 2));
        for (int i = 0; i < 40; i++)
        {
            orders[new Guid(i, 0, 0, new byte[8])] = DayOfWeek.Friday;
        }

        using ShardMap<int, long> migrating = new(Options("migrating", 2));
        for (int key = 0; migrating.Count < 900 || migrating.GetStatistics().MigrationsActive == 0; key++)
        {
            migrating[key] = key;
        }

        using ShardMap<ulong, ulong> locked = new(Options("locked", 4));
        Fill(locked, 25);
        using ShardMap<ulong, ulong> hostile = new(Options(HostileName, 1));
        Fill(hostile, 1);
        using ShardMap<int, long> unnamed = new(Options(null, 2));
        using TextShardMap<long> articles = new(Options("articles", 2));
        Fill(articles);
        using TextSnapshot<long> snapshot = articles.Snapshot();
        articles.TryRemove(ArticleOf(3), out _);
        using BytesShardMap<int> tokens = new(Options("tokens", 1));
        tokens[new byte[] { 0, 255, 16 }] = 1;
        tokens[Enumerable.Range(0, 40).Select(static i => (byte)i).ToArray()] = 2;
        using BlobShardMap pages = new(Options("pages", 2));
        pages.Set("/", "<html>"u8);
        pages.Set("/a/page/with/a/record/of/its/own.html", new byte[300]);
        pages.Set("/large.html", new byte[100_000]);
        Arena arena = new();
        AuditRing<AuditKey> articleRing = new(
            arena, RingCapacity, articles.Inner.Shards.Header, 1, 1000, (5_000, new DateTimeOffset(s_time)));
        for (int number = 0; number < 3; number++)
        {
            articleRing.Add(
                new AuditEvent<AuditKey>(number * 1000, KeyOf(articles, number), 4, AuditOperation.ReadHit));
        }

        AuditRing<ulong> ring = new(
            arena, RingCapacity, sessions.Shards.Header, 2, 1000, (5_000, new DateTimeOffset(s_time)));
        for (int number = 0; number < 40; number++)
        {
            ring.Add(
                new AuditEvent<ulong>(number * 1000, (ulong)number * 1000, number + 4, (AuditOperation)(number % 6)));
        }

        SnapshotMemory memory = new();
        ulong[] addresses = Take(memory);
        WaitAt(memory, addresses[3], shard: 1);
        CoreFile.Write(Path.Combine(_folder.FullName, "planned.core"), memory, s_time);
        Fill(sessions, 5_000);
        SnapshotMemory later = new();
        Take(later);
        CoreFile.Write(Path.Combine(_folder.FullName, "later.core"), later, s_time.AddHours(1));
        GC.KeepAlive(arena);

        ulong[] Take(SnapshotMemory into)
        {
            ulong[] taken =
            [
                into.Add(sessions), into.Add(orders), into.Add(migrating), into.Add(locked), into.Add(hostile),
                into.Add(unnamed), into.Add(articles.Inner), into.Add(tokens.Inner), into.Add(pages.Inner),
            ];
            for (int i = 0; i < taken.Length; i++)
            {
                MapHeader header = into.Get<MapHeader>(taken[i]);
                header.CreatedTicks = s_time.AddDays(-1).AddSeconds(i).Ticks;
                into.Set(taken[i], header);
            }

            into.Copy((byte*)ring.Header, AuditRingHeader.Bytes + (RingCapacity * sizeof(AuditRecord<ulong>)));
            into.Copy(
                (byte*)articleRing.Header, AuditRingHeader.Bytes + (RingCapacity * sizeof(AuditRecord<AuditKey>)));
            return taken;
        }
    }

    public string Core => Path.Combine(_folder.FullName, "planned.core");

    public string LaterCore => Path.Combine(_folder.FullName, "later.core");

    public string Folder => _folder.FullName;

    public void Dispose() => _folder.Delete(recursive: true);

    private static AuditKey KeyOf(TextShardMap<long> map, int article)
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(ArticleOf(article), buffer, map.Seed);
        return new AuditKey(KeyExcerpt.Of(text.Key, map.Inner.Shards.Hash(text.Key), KeyForm.Text));
    }

    private static ShardMapOptions Options(string? name, int shards) =>
        new()
        {
            Name = name,
            ShardCount = shards,
            MigrationStepGroups = 1,
            Seed = new HashSeed(0x9E37_79B9_7F4A_7C15, 0xD1B5_4A32_D192_ED03),
        };

    private static void Fill(ShardMap<ulong, ulong> map, ulong entries)
    {
        for (ulong key = 0; key < entries; key++)
        {
            map[key] = key * 3;
        }
    }

    private static string ArticleOf(int number) => $"articles/2026/{number:d3}/{new string('a', number)}";

    // Keys of many lengths, and keys that a terminal must not see as they are.
    private static void Fill(TextShardMap<long> map)
    {
        for (int number = 0; number < 60; number++)
        {
            map[ArticleOf(number)] = number;
        }

        for (int number = 0; number < 10; number++)
        {
            map.TryRemove(ArticleOf(number + 50), out _);
        }

        map[HostileName] = 1_001;
        map["lone \ud83d surrogate"] = 1_002;
        map[(byte[])[.. "not UTF-8: "u8, 0xFF, .. "!"u8]] = 1_003;
        map[string.Empty] = 1_004;
    }

    // As if a thread held the lock, and others had waited for it, and one still did.
    private static void WaitAt(SnapshotMemory memory, ulong map, int shard)
    {
        ulong address = (ulong)(memory.Get<MapHeader>(map).WriteSides + shard);
        WriteSide side = memory.Get<WriteSide>(address);
        side.Lock = LockWord;
        side.LockWaits = 1_234;
        side.LockWaitNanoseconds = 5_678_900_000;
        side.ReadFallbacks = 12;
        memory.Set(address, side);
    }
}
