using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing;

namespace FastShardMap.Inspector.Tests.Tracing;

/// <summary>
/// A .nettrace file as dotnet-trace writes it, read by TraceEvent, as PerfView does. Heavy: see the others.
/// </summary>
[Trait("Category", "Heavy")]
public sealed class TraceFileTests(SpecimenProcess specimen) : IClassFixture<SpecimenProcess>
{
    [Fact]
    public async Task Trace_AllKeywords_HasEventsOfEveryKind()
    {
        string file = Path.Combine(specimen.Folder, "all.nettrace");
        DiagnosticsClient client = new(specimen.Id);
        using (EventPipeSession session = client.StartEventPipeSession(
            [new EventPipeProvider("FastShardMap", EventLevel.Verbose, 31)], requestRundown: false))
        {
            await using FileStream stream = File.Create(file);
            Task copying = session.EventStream.CopyToAsync(stream);
            specimen.Ask("churn");
            specimen.Ask("chain");
            session.Stop();
            await copying;
        }

        Dictionary<int, int> counts = [];
        List<string> maps = [];
        using EventPipeEventSource source = new(file);
        source.Dynamic.All += step =>
        {
            if (step.ProviderName != "FastShardMap")
            {
                return;
            }

            counts[(int)step.ID] = counts.GetValueOrDefault((int)step.ID) + 1;
            if ((int)step.ID == 1)
            {
                maps.Add((string)step.PayloadByName("name"));
            }
        };
        source.Process();

        // MapInfo, MigrationStart, MigrationStop, ContentionStart, ContentionStop, MemoryRetired; reads fall back only
        // by chance, and small blocks are cleared where they are.
        Assert.All(new[] { 1, 2, 3, 4, 5, 7 }, id => Assert.True(counts.GetValueOrDefault(id) > 0, $"no event {id}"));
        Assert.InRange(counts[3], 1, counts[2]);
        Assert.Equal(counts[4], counts[5]);
        Assert.Contains("steady", maps);
        Assert.Contains("churned", maps);
    }
}
