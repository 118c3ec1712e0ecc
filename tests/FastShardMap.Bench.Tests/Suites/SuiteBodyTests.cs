using FastShardMap.Bench.Maps;
using FastShardMap.Bench.Suites;

namespace FastShardMap.Bench.Tests.Suites;

public class SuiteBodyTests
{
    private const int Size = 1_000;

    public static TheoryData<Peer, EntryShape> Bodies()
    {
        TheoryData<Peer, EntryShape> bodies = new();
        foreach (Peer peer in Enum.GetValues<Peer>())
        {
            foreach (EntryShape shape in Enum.GetValues<EntryShape>())
            {
                bodies.Add(peer, shape);
            }
        }

        return bodies;
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    [Trait("Category", "Heavy")]
    public void Body_EveryMapAndShape_AnswersAsTheDictionary(Peer peer, EntryShape shape)
    {
        using SuiteBody body = SuiteBodies.Create(peer, shape, Size);
        using SuiteBody reference = SuiteBodies.Create(Peer.Dictionary, shape, Size);
        Assert.Equal(reference.Enumerate(), body.Enumerate());
        Assert.Equal(Size, body.CopyToArray());
        Assert.Equal(Size, body.Fill(reserve: true));
        Assert.Equal(reference.Hit(), body.Hit());
        Assert.Equal(reference.HitDependent(), body.HitDependent());
        Assert.Equal(0UL, body.Miss());
        Assert.Equal(0UL, body.MissDependent());
        if (SuiteConfig.CanDo(peer, nameof(FindSuite.HitBatched), Size))
        {
            using SuiteBody fresh = SuiteBodies.Create(Peer.Dictionary, shape, Size);
            using SuiteBody batched = SuiteBodies.Create(peer, shape, Size);
            Assert.Equal(fresh.Hit(), batched.Batch());
        }

        if (!SuiteConfig.CanDo(peer, nameof(UpdateSuite.OverwriteExisting), Size))
        {
            Assert.Throws<NotSupportedException>(() => body.Overwrite());
            return;
        }

        ulong sum = body.Enumerate();
        Assert.Equal((ulong)SuiteBody.Operations, body.Change());
        Assert.Equal((ulong)SuiteBody.Operations, body.Overwrite());
        body.RemoveAll();
        body.Refill();
        Assert.Equal(sum, body.Enumerate());
        Assert.NotEqual(0UL, body.GetOrAddExisting());
        Assert.Equal(2UL * SuiteBody.Operations, body.Churn());
        Assert.Equal(2UL * SuiteBody.Operations, body.Churn());
        Assert.Equal(Size, body.CopyToArray());
    }

    [Theory]
    [InlineData(Observation.Unnamed)]
    [InlineData(Observation.Named)]
    [InlineData(Observation.Observed)]
    [Trait("Category", "Heavy")]
    public void ObserveSuite_EveryObservation_DoesTheSameWork(Observation observation)
    {
        ObserveSuite suite = new() { Observation = observation, Size = Size };
        suite.SetUp();
        try
        {
            using SuiteBody reference = SuiteBodies.Create(Peer.Dictionary, EntryShape.Key8Value8, Size);
            Assert.Equal(reference.Hit(), suite.Hit());
            Assert.Equal((ulong)SuiteBody.Operations, suite.Overwrite());
            Assert.Equal(Size, suite.InsertGrowing());
            Assert.Equal(2UL * SuiteBody.Operations, suite.Churn());
            Assert.Equal(observation == Observation.Observed, suite.Observer is not null);
            if (suite.Observer is { } observer)
            {
                Assert.True(SpinWait.SpinUntil(() => observer.Measurements > 0, TimeSpan.FromMinutes(1)));
                Assert.True(observer.Events > 0); // of the map that grew
            }
        }
        finally
        {
            suite.CleanUp();
        }
    }

    [Theory]
    [InlineData(Peer.FrozenDictionary, nameof(FindSuite.HitIndependent), 100, true)]
    [InlineData(Peer.FrozenDictionary, nameof(FillSuite.InsertReserved), 100, true)]
    [InlineData(Peer.FrozenDictionary, nameof(UpdateSuite.ChangeInPlace), 100, false)]
    [InlineData(Peer.ImmutableDictionary, nameof(FindSuite.HitIndependent), 10_000_000, false)]
    [InlineData(Peer.ShardMap, nameof(FindSuite.HitBatched), 10_000_000, true)]
    [InlineData(Peer.Dictionary, nameof(FindSuite.HitBatched), 100, false)]
    [InlineData(Peer.ConcurrentLru, nameof(FillSuite.InsertGrowing), 1_000, true)]
    [InlineData(Peer.ConcurrentLru, nameof(FillSuite.InsertGrowing), 100_000, false)]
    [InlineData(Peer.Faster, nameof(FillSuite.InsertReserved), 100_000, true)]
    [InlineData(Peer.Faster, nameof(UpdateSuite.RemoveThenInsertNew), 1_000, false)]
    public void CanDo_MapAndMethod_KnowsWhatMapsCan(Peer peer, string method, int size, bool expected) =>
        Assert.Equal(expected, SuiteConfig.CanDo(peer, method, size));
}
