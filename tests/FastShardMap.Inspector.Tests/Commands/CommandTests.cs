using System.Globalization;
using System.Text.Json;

namespace FastShardMap.Inspector.Tests.Commands;

/// <summary>Every command, on a dump of the specimen and on the living specimen: what it says against what the process
/// knows. Heavy: needs ptrace and the runtime's dumps, which emulators do not offer.</summary>
[Trait("Category", "Heavy")]
public sealed class CommandTests(SpecimenProcess specimen) : IClassFixture<SpecimenProcess>
{
    private static readonly string[] s_names =
    [
        "steady", "trades", "migrating", "locked", "days", "customers", string.Empty, "words", "digests",
        "pages",
    ];

    private static readonly string[] s_recordFigures =
    [
        "RecordBytesLive", "RecordBytesHeld", "RecordBytesFree", "RecordBytesInLimbo", "RecordSegments",
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void List_Specimen_AgreesWithTheProcess(bool live)
    {
        JsonElement[] maps = [.. SpecimenProcess.RunJson("list", Target(live)).EnumerateArray()];

        Assert.Equal(
            s_names.Append("disposed").Order(StringComparer.Ordinal),
            maps.Select(map => map.GetProperty("Name").GetString()!).Order(StringComparer.Ordinal));
        foreach (string name in s_names)
        {
            JsonElement map = maps.Single(map => map.GetProperty("Name").GetString() == name);
            JsonElement known = specimen.KnownOf(name);
            Assert.Equal(known.GetProperty("Count").GetInt64(), map.GetProperty("Entries").GetInt64());
            Assert.Equal(known.GetProperty("Capacity").GetInt64(), map.GetProperty("Capacity").GetInt64());
            Assert.Equal(known.GetProperty("ShardCount").GetInt32(), map.GetProperty("Shards").GetInt32());
            Assert.Equal(known.GetProperty("MigrationsActive").GetInt32(), map.GetProperty("Migrating").GetInt32());
            Assert.Equal(known.GetProperty("LoadFactor").GetDouble(), map.GetProperty("Load").GetDouble(), 9);
            Assert.StartsWith(
                "static FastShardMap.Inspector.Specimen.Specimens.s_",
                map.GetProperty("RootedBy").GetString(),
                StringComparison.Ordinal);

            // The arena rounds each block up to 128 bytes.
            long bytes = map.GetProperty("NativeBytes").GetInt64();
            Assert.InRange(known.GetProperty("BytesAllocated").GetInt64() - bytes, 0, 128 * 64);
        }

        Assert.Equal(
            "disposed",
            maps.Single(map => map.GetProperty("Name").GetString() == "disposed").GetProperty("State").GetString());
        Assert.Equal(
            "locked",
            maps.Single(map => map.GetProperty("Name").GetString() == "locked").GetProperty("State").GetString());
        Assert.Equal(
            "ShardMap<TradeKey, Trade>",
            maps.Single(map => map.GetProperty("Name").GetString() == "trades").GetProperty("Type").GetString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Show_Specimen_AgreesWithTheProcess(bool live)
    {
        foreach (string name in s_names.Where(name => name.Length > 0))
        {
            JsonElement map = SpecimenProcess.RunJson("show", Target(live), specimen.AddressOf(Target(live), name));
            JsonElement known = specimen.KnownOf(name);
            JsonElement[] shards = [.. map.GetProperty("Shards").EnumerateArray()];
            Assert.Equal(known.GetProperty("Count").GetInt64(), map.GetProperty("Entries").GetInt64());
            Assert.Equal(known.GetProperty("Count").GetInt64(), Sum(shards, "CountOfShard"));
            Assert.Equal(
                known.GetProperty("LargestShardCount").GetInt64(),
                shards.Max(shard => shard.GetProperty("Entries").GetInt64()));
            Assert.Equal(known.GetProperty("Groups").GetInt64(), Sum(shards, "CurrentGroups"));
            Assert.Equal(known.GetProperty("MigrationsStarted").GetInt64(), Sum(shards, "MigrationsStarted"));
            Assert.Equal(known.GetProperty("MigrationsFinished").GetInt64(), Sum(shards, "MigrationsFinished"));
            Assert.Equal(known.GetProperty("GroupsMoved").GetInt64(), Sum(shards, "GroupsMoved"));
            Assert.Equal(known.GetProperty("SaturatedGroups").GetInt64(), Sum(shards, "SaturatedGroups"));
            Assert.Equal(known.GetProperty("ReadFallbacks").GetInt64(), Sum(shards, "ReadFallbacks"));
            foreach (string figure in s_recordFigures)
            {
                Assert.Equal(known.GetProperty(figure).GetInt64(), map.GetProperty(figure).GetInt64());
                Assert.Equal(known.GetProperty(figure).GetInt64(), Sum(shards, figure));
            }

            double progress = Sum(shards, "PreviousGroups") == 0
                ? 1
                : (double)Sum(shards, "MovedGroups") / Sum(shards, "PreviousGroups");
            Assert.Equal(known.GetProperty("MigrationProgress").GetDouble(), progress, 9);
        }
    }

    [Theory]
    [InlineData("steady", "SteadyProbeLengths")]
    [InlineData("migrating", "MigratingProbeLengths")]
    public void Show_ProbeLengths_AgreeWithTheProcess(string name, string known)
    {
        JsonElement map = SpecimenProcess.RunJson("show", specimen.Dump, specimen.AddressOf(specimen.Dump, name));

        Assert.Equal(
            specimen.Knowledge.RootElement.GetProperty(known).EnumerateArray().Select(count => count.GetInt64()),
            map.GetProperty("EntriesByProbeLength").EnumerateArray().Select(count => count.GetInt64()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Show_ParkedWriter_NamesThreadAndStack(bool live)
    {
        string address = specimen.AddressOf(Target(live), "locked");
        JsonElement map = SpecimenProcess.RunJson("show", Target(live), address);
        JsonElement holder = Assert.Single(map.GetProperty("Holders").EnumerateArray());

        Assert.Equal(
            specimen.Knowledge.RootElement.GetProperty("HolderId").GetInt32(),
            holder.GetProperty("ManagedThreadId").GetInt32());
        Assert.NotEqual(0u, holder.GetProperty("OsThreadId").GetUInt32());
        Assert.Contains(
            holder.GetProperty("Stack").EnumerateArray(),
            frame => frame.GetString()!.EndsWith("Specimens.WaitInsideTheLock", StringComparison.Ordinal));
        JsonElement shard = Assert.Single(
            map.GetProperty("Shards").EnumerateArray(), shard => shard.GetProperty("LockOwner").GetInt32() != 0);
        Assert.True(shard.GetProperty("HasParkedThreads").GetBoolean());
        Assert.Contains(
            "is locked by managed thread",
            SpecimenProcess.Run("show", Target(live), address).Text,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Check_Specimen_IsSound(bool live)
    {
        (int code, string text) = SpecimenProcess.Run("check", Target(live));

        Assert.True(code == ExitCode.Ok, text);
        Assert.Contains("11 maps checked, 0 errors", text, StringComparison.Ordinal);
        Assert.Contains("lock held", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("steady", "SumOfSteadyKeys")]
    [InlineData("migrating", "SumOfMigratingKeys")]
    public void Entries_AllOfThem_AreTheProcesss(string name, string sum)
    {
        (int code, string text) = SpecimenProcess.Run(
            "entries", specimen.Dump, specimen.AddressOf(specimen.Dump, name), "--csv");
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

        Assert.Equal(ExitCode.Ok, code);
        Assert.Equal("key,value", lines[0]);
        ulong[] keys = [.. lines.Skip(1).Select(line => ulong.Parse(line.Split(',')[0], CultureInfo.InvariantCulture))];
        Assert.Equal(specimen.KnownOf(name).GetProperty("Count").GetInt32(), keys.Length);
        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.Equal(
            specimen.Knowledge.RootElement.GetProperty(sum).GetUInt64(),
            keys.Aggregate(0UL, (total, key) => unchecked(total + key)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Entries_StructuresOfTheProgram_AreDecoded(bool live)
    {
        string address = specimen.AddressOf(Target(live), "trades");
        (int code, string text) = SpecimenProcess.Run(
            "entries", Target(live), address, "--where", "key.Order == 16 and value.State == Filled", "--json");

        Assert.Equal(ExitCode.Ok, code);
        Assert.Equal(
            """{"key":{"Account":2,"Order":16},"value":{"Price":104,"State":"Filled","""
                + """
                "At":"2026-01-01T00:16:00.0000000Z","Venue":{"Country":1,"Desk":16},"Live":true}}
                """,
            text.Trim());
    }

    [Fact]
    public void Entries_Enumeration_HasNames() =>
        Assert.Equal(
            "Wednesday → 33",
            SpecimenProcess.Run(
                "entries", specimen.Dump, specimen.AddressOf(specimen.Dump, "days"), "--key", "Wednesday").Text.Trim());

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Entries_TextKeys_AreTheProcesss(bool live)
    {
        (int code, string text) = SpecimenProcess.Run(
            "entries", Target(live), "words", "--where", "key startswith wwww and key.Length >= 16 and value < 100");

        Assert.Equal(ExitCode.Ok, code);
        Assert.Equal(
            Enumerable.Range(0, 100)
                .Where(static number => number % 3 != 0)
                .Select(static number => (Key: $"{new string('w', number % 30)}{number}", Value: number))
                .Where(static entry => entry.Key.Length >= 16)
                .Select(static entry => $"{entry.Key} → {entry.Value}")
                .Order(StringComparer.Ordinal),
            text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Order(StringComparer.Ordinal));
        Assert.Equal(
            "6400000000000000 → 10",
            SpecimenProcess.Run("entries", Target(live), "digests", "--key", "6400000000000000").Text.Trim());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Entries_ValuesOfAnyLength_AreTheProcesss(bool live)
    {
        (int code, string text) = SpecimenProcess.Run(
            "entries", Target(live), "pages", "--where", "value.Length >= 1 and value.Length < 8");
        Assert.Equal(ExitCode.Ok, code);
        Assert.Equal(
            Enumerable.Range(0, 2_000)
                .Where(static number => number % 3 != 0 && number != 1_000 && number % 300 is >= 1 and < 8)
                .Select(static number => $"/{new string('p', number % 30)}/{number} → "
                    + string.Concat(Enumerable.Repeat($"{(byte)number:x2}", number % 300)))
                .Order(StringComparer.Ordinal),
            text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Order(StringComparer.Ordinal));
        Assert.InRange(
            SpecimenProcess.RunJson("show", Target(live), "pages").GetProperty("RecordBytesLive").GetInt64(),
            100_000,
            1_000_000);
    }

    [Fact]
    public void Find_ObjectAddress_IsAsGoodAsTheHeader()
    {
        JsonElement map = SpecimenProcess.RunJson("list", specimen.Dump)
            .EnumerateArray()
            .Single(map => map.GetProperty("Name").GetString() == "steady");
        string managed = map.GetProperty("Object").GetString()!;

        Assert.Equal(9_000, SpecimenProcess.RunJson("show", specimen.Dump, managed).GetProperty("Entries").GetInt64());

        // Without its prefix, too.
        Assert.Equal(
            9_000, SpecimenProcess.RunJson("show", specimen.Dump, managed[2..]).GetProperty("Entries").GetInt64());
    }

    [Fact]
    public void Diff_AfterGrowth_SaysWhatGrew()
    {
        // A process of its own: this one changes.
        using SpecimenProcess growing = new();
        string before = growing.TakeDump("before.dmp");
        growing.Ask("grow");
        string after = growing.TakeDump("after.dmp");
        JsonElement[] maps = [.. SpecimenProcess.RunJson("diff", before, after).EnumerateArray()];

        Assert.Equal("steady", maps[0].GetProperty("Name").GetString());
        Assert.Equal(20_000, maps[0].GetProperty("Entries").GetInt64());
        Assert.True(maps[0].GetProperty("Bytes").GetInt64() > 0);
        Assert.All(maps.Skip(1), map => Assert.Equal(0, map.GetProperty("Entries").GetInt64()));
        Assert.Equal(
            20_000,
            Assert.Single(SpecimenProcess.RunJson("diff", before, growing.IdText, "steady").EnumerateArray())
                .GetProperty("Entries").GetInt64());
    }

    [Fact]
    public void Check_DamagedDump_IsReportedAndNeverThrows()
    {
        byte[] original = File.ReadAllBytes(specimen.Dump);
        int seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        Random random = new(seed);
        string damaged = Path.Combine(specimen.Folder, "damaged.dmp");

        // Cut off, with holes, with a broken table of segments.
        File.WriteAllBytes(damaged, original[..(original.Length / 2)]);
        Assert.Contains(
            SpecimenProcess.Run("check", damaged).Code,
            new[] { ExitCode.Ok, ExitCode.Inconsistent, ExitCode.Unusable });
        for (int round = 0; round < 3; round++)
        {
            byte[] bytes = [.. original];
            for (int i = 0; i < 20_000; i++)
            {
                bytes[random.Next(round < 1 ? 4096 : 64, bytes.Length)] ^= (byte)(1 << random.Next(8));
            }

            File.WriteAllBytes(damaged, bytes);

            // In processes of their own: the runtime's reader of dumps faults on some of them, or never ends.
            Assert.InRange(RunImpatiently("check", damaged), ExitCode.Ok, ExitCode.Unusable);
            Assert.InRange(RunImpatiently("list", damaged), ExitCode.Ok, ExitCode.Unusable);
        }
    }

    [Fact]
    public void Run_NothingToLookAt_SaysSoWithACode()
    {
        Assert.Equal(ExitCode.Unusable, SpecimenProcess.Run("list", typeof(CommandTests).Assembly.Location).Code);
        Assert.Equal(ExitCode.Unusable, SpecimenProcess.Run("list", "no such thing").Code);
        Assert.Equal(ExitCode.Unusable, SpecimenProcess.Run("show", specimen.Dump, "1234").Code);
        Assert.Equal(ExitCode.Unusable, SpecimenProcess.Run("show", specimen.Dump, "xyz").Code);
        Assert.Equal(
            ExitCode.Unusable,
            SpecimenProcess.Run(
                "entries", specimen.Dump, specimen.AddressOf(specimen.Dump, "days"), "--where", "nonsense").Code);
        Assert.Equal(ExitCode.Unusable, SpecimenProcess.Run("frobnicate").Code);
    }

    private static int RunImpatiently(params string[] arguments) =>
        SpecimenProcess.RunProcess(
            (string[])["/usr/bin/env", "FSMAP_PATIENCE_SECONDS=10", .. SpecimenProcess.ToolCommand(arguments)]).Code;

    private static long Sum(JsonElement[] shards, string figure) =>
        shards.Sum(shard => shard.GetProperty(figure).GetInt64());

    private string Target(bool live) => live ? specimen.IdText : specimen.Dump;
}
