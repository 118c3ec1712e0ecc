using System.Runtime.CompilerServices;
using FastShardMap.Near.Engine;
using FastShardMap.Near.Local;

namespace FastShardMap.Near.Tests.Maps;

public class LeaseTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(0x7FFF)]
    [InlineData(0x8000)]
    [InlineData(-0x8000)]
    [InlineData(0x1_0000)]
    [InlineData(-0x1_0000)]
    [InlineData(LocalEntry<byte>.MaxEpoch)]
    [InlineData(-LocalEntry<byte>.MaxEpoch)]
    public void SignedEpoch_OfACopy_IsKept(int epoch)
    {
        LocalEntry<long> entry = new() { Version = ulong.MaxValue, Value = -1, SignedEpoch = epoch };

        Assert.Equal(epoch, entry.SignedEpoch);
        Assert.Equal(Math.Abs(epoch), entry.Epoch);
        Assert.Equal((ulong.MaxValue, -1), (entry.Version, entry.Value));
    }

    [Fact]
    public void SignedEpoch_BeyondTheHighest_IsRefused()
    {
        LocalEntry<long> entry = default;

        Assert.Throws<OverflowException>(() => entry.SignedEpoch = LocalEntry<byte>.MaxEpoch + 1);
    }

    // The cache adds five bytes: with these, eight.
    [Fact]
    public void LocalEntry_HasThreeBytesForTheEpoch() =>
        Assert.Equal(sizeof(ulong) + sizeof(long) + 3, Unsafe.SizeOf<LocalEntry<long>>());

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void QuickEpoch_OfALiveLease_IsZeroIfHitsHaveMoreToDo(bool isExact, bool countsHits)
    {
        Lease lease = new(TimeSpan.FromHours(1), isExact, countsHits, needsTable: false);
        lease.Arm([Environment.TickCount64]);

        Assert.Equal(1, lease.LiveEpoch);
        Assert.Equal(isExact || countsHits ? 0 : 1, lease.QuickEpoch);

        lease.Disarm(NearSuspension.ConnectionLost);
        Assert.Equal((0, 0), (lease.LiveEpoch, lease.QuickEpoch));
    }

    /// <summary>A map of a routed one is connected before the table is.</summary>
    [Fact]
    public void Age_TableNotAskedForYet_IsInfinite()
    {
        Lease lease = new(TimeSpan.FromHours(1), isExact: false, countsHits: false, needsTable: true);
        Assert.Equal(Timeout.InfiniteTimeSpan, lease.Age);
        long stamp = Environment.TickCount64;
        lease.Arm([stamp]);
        Assert.Equal(Timeout.InfiniteTimeSpan, lease.Age);
        Assert.Equal((0, NearSuspension.LeaseExpired), (lease.LiveEpoch, lease.Reason));

        lease.RenewTable(stamp - 60_000);
        Assert.InRange(
            lease.Age.TotalMilliseconds, 60_000, (Environment.TickCount64 - stamp) + 60_000);

        lease.Disarm(NearSuspension.ConnectionLost);
        Assert.Equal(Timeout.InfiniteTimeSpan, lease.Age);
    }

    [Fact]
    public void BeginPart_BeyondTheHighestEpoch_SuspendsForEver()
    {
        Lease lease = new(TimeSpan.FromHours(1), isExact: false, countsHits: false, needsTable: false);
        lease.Arm([Environment.TickCount64]);
        int last = 0;
        while (last < Lease.MaxEpoch)
        {
            last = lease.BeginPart();
        }

        Assert.Equal(1, lease.LiveEpoch);
        Assert.Equal(Lease.MaxEpoch, lease.ArmedEpoch);

        Assert.Equal(Lease.MaxEpoch + 1, lease.BeginPart());
        Assert.Equal((0, 0, 0), (lease.LiveEpoch, lease.QuickEpoch, lease.ArmedEpoch));
        Assert.Equal(NearSuspension.EpochsUsedUp, lease.Reason);

        lease.Disarm(NearSuspension.ConnectionLost);
        lease.Arm([Environment.TickCount64]);
        Assert.Equal((0, 0), (lease.LiveEpoch, lease.ArmedEpoch));
        Assert.Equal(NearSuspension.EpochsUsedUp, lease.Reason);
    }
}
