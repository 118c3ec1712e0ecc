using System.Text.Json;
using System.Text.RegularExpressions;
using FastShardMap.Inspector.Audits;
using FastShardMap.Inspector.Maps;
using FastShardMap.Inspector.Targets;
using FastShardMap.Layout;

namespace FastShardMap.Inspector.Tests.Commands;

/// <summary><c>fsmap audit</c>, on a dump of the specimen and on the living specimen. Heavy: needs ptrace and the
/// runtime's dumps, which emulators do not offer.</summary>
[Trait("Category", "Heavy")]
public sealed class AuditCommandTests(SpecimenProcess specimen) : IClassFixture<SpecimenProcess>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Audit_Specimen_AgreesWithTheProcess(bool live)
    {
        string address = specimen.AddressOf(Target(live), "trades");
        JsonElement audit = SpecimenProcess.RunJson("audit", Target(live), address, "--limit", "1000");
        JsonElement[] read = [.. audit.GetProperty("Operations").EnumerateArray()];
        JsonElement[] known = [.. specimen.Knowledge.RootElement.GetProperty("Audited").EnumerateArray()];

        // Each of the four full rings leaves its oldest out.
        Assert.Equal(known.Length - 4, read.Length);
        Assert.Equal(
            specimen.Knowledge.RootElement.GetProperty("AuditedCount").GetInt64(),
            audit.GetProperty("Recorded").GetInt64());
        Assert.Subset(
            known.Select(item => Text(item, "ThreadId")).ToHashSet(),
            read.Select(item => Text(item, "Thread")).ToHashSet());
        foreach (IGrouping<int, JsonElement> shard in read.GroupBy(item => item.GetProperty("Shard").GetInt32()))
        {
            string[] ofShard = [.. shard.Select(item => Text(item, "Thread"))];
            HashSet<string> keys = [.. ofShard.Select(text => text.Split('|')[2])];
            string[] expected =
            [
                .. known.Select(item => Text(item, "ThreadId")).Where(text => keys.Contains(text.Split('|')[2])),
            ];
            Assert.Equal(expected.TakeLast(63), ofShard);
        }

        Assert.All(
            read,
            item => Assert.InRange(
                DateTime.UtcNow - item.GetProperty("Time").GetDateTime(), TimeSpan.Zero, TimeSpan.FromMinutes(30)));

        string thread = read[^1].GetProperty("Thread").GetRawText();
        string key = read[^1].GetProperty("Key").GetString()!;
        (int code, string table) = SpecimenProcess.Run(
            "audit", Target(live), address, "--key", key, "--thread", thread, "--limit", "1");
        Assert.Equal(ExitCode.Ok, code);
        Assert.Contains(
            "700 operations recorded in 4 shards, 252 of them kept, 1 shown", table, StringComparison.Ordinal);
        Assert.Matches($@"(?m)^  \d{{4}}-\d\d-\d\d [\d:.]+ +Remove +{Regex.Escape(key)} +{thread} +\d\s*$", table);

        static string Text(JsonElement item, string thread) =>
            $"{item.GetProperty(thread).GetInt32()}|{item.GetProperty("Operation").GetString()}|"
                + $"{item.GetProperty("Key").GetString()}";
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Audit_TextKeys_AgreesWithTheProcess(bool live)
    {
        JsonElement audit = SpecimenProcess.RunJson("audit", Target(live), "words", "--limit", "1000");
        string[] known =
        [
            .. specimen.Knowledge.RootElement.GetProperty("AuditedWords").EnumerateArray().Select(
                static word => word.GetString()!),
        ];
        string[] read =
        [
            .. audit.GetProperty("Operations").EnumerateArray().Select(
                static operation => operation.GetProperty("Key").GetString()!),
        ];
        Assert.Equal(50, known.Length);
        Assert.Equal(known, read);

        // The whole key is asked for, of which the ring has only the start.
        string longKey = $"{new string('w', 49)}49";
        JsonElement found = SpecimenProcess.RunJson("audit", Target(live), "words", "--key", longKey);
        JsonElement operation = Assert.Single(found.GetProperty("Operations").EnumerateArray());
        Assert.Equal($"{new string('w', 36)}…", operation.GetProperty("Key").GetString());
        Assert.Equal("ReadMiss", operation.GetProperty("Operation").GetString());
    }

    [Fact]
    public void Audit_ThroughTheManagedHeap_FindsTheSameRings()
    {
        using Inspector.Targets.Target target = Inspector.Targets.Target.Open(specimen.Dump);

        ulong[] scanned = [.. MemoryScan.Find(target.Memory, AuditRingHeader.ExpectedMagic)];
        ulong[] managed = [.. NativeAuditRing.FromHeap(target)];
        Assert.Equal(4 + 4, managed.Length);
        Assert.Subset(scanned.ToHashSet(), managed.ToHashSet());
    }

    [Fact]
    public void Audit_MapWithoutOne_SaysSo() =>
        Assert.Equal(
            ExitCode.Unusable,
            SpecimenProcess.Run("audit", specimen.Dump, specimen.AddressOf(specimen.Dump, "days")).Code);

    private string Target(bool live) => live ? specimen.IdText : specimen.Dump;
}
