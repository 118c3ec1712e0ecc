using FastShardMap.Bench.Layout;
using FastShardMap.Bench.Workloads;

namespace FastShardMap.Bench.Tests.Layout;

public class LayoutTableTests
{
    private const int Entries = 5_000;

    [Theory]
    [InlineData(0.6)]
    [InlineData(0.8)]
    [InlineData(0.95)]
    public void Table_EveryCandidate_FindsWhatItWasFilledWithAndNothingElse(double load)
    {
        uint[] inside = [.. Enumerable.Range(0, Entries).Select(LayoutKeys.NumberAt)];
        uint[] outside = [.. Enumerable.Range(Entries, Entries).Select(LayoutKeys.NumberAt)];
        foreach (LayoutCandidate candidate in LayoutCandidate.All)
        {
            using ILayoutTable table = candidate.Create(Entries, load);
            string name = $"{candidate.SlotBytes} bytes, {candidate.Label}";
            Assert.True(table.CountFound(inside) == Entries, name);
            Assert.True(table.CountFound(outside) == 0, name);
            Assert.True(table.Lookup(outside) == Entries, name);
            Assert.True(table.Lookup(inside) == table.DependentLookup(inside, Sink.Zero), name);
            double exact = candidate.StrideBytes / (load * candidate.Slots);
            Assert.InRange(table.BytesPerEntry, exact, exact + ((double)candidate.StrideBytes / Entries));
        }
    }

    [Fact]
    public void Candidates_EachSlotSize_IncludeTheShapeOfTheMap()
    {
        foreach (IGrouping<int, LayoutCandidate> ofSize in LayoutCandidate.All.GroupBy(one => one.SlotBytes))
        {
            Assert.Single(ofSize, one => one.IsProduction);
        }
    }
}
