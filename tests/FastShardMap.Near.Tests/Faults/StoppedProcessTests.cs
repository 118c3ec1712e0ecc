using System.Diagnostics;
using FastShardMap.Near.Tests.Support;

namespace FastShardMap.Near.Tests.Faults;

/// <summary>A process with a near map is stopped as a whole for longer than its lease (SIGSTOP), while another one
/// writes.</summary>
[Collection(Exclusive.Name)]
public class StoppedProcessTests
{
    private const int Keys = 20;
    private const int Rounds = 3;

    private static readonly TimeSpan s_maxStaleness = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(20);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>With changes that Redis reports, and with exact staleness: what the process has kept of before is in no
    /// answer afterwards.</summary>
    [Fact]
    public async Task Reads_AfterTheProcessWasStopped_KeepTheBound()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using RedisServer server = await RedisServer.StartAsync(Token);
        string prefix = Engines.NewPrefix();
        string file = Path.GetTempFileName();
        try
        {
            using WriteLog log = new(file, Keys);
            NearMapOptions options = new(server.Configuration, prefix)
            {
                OperationTimeout = TimeSpan.FromSeconds(20), ConnectTimeout = TimeSpan.FromSeconds(60),
            };
            await using NearMap<long, long> map = await NearMap<long, long>.ConnectAsync(options, Token);
            Assert.Equal(InvalidationSource.Tracking, map.Source);
            StormWriter writer = StormWriter.Start(map, log, Keys);
            try
            {
                await using ClientProcess client =
                    await ClientProcess.StartAsync(server.Configuration, prefix, file, Keys, s_maxStaleness);
                for (int round = 0; round < Rounds; round++)
                {
                    // The copies of a process that stops are those of an instant between two reads.
                    await UntilHitsAsync(client);
                    client.Stop();
                    try
                    {
                        await UntilAllAreOldAsync(log);
                    }
                    finally
                    {
                        client.Continue();
                    }
                }

                await UntilHitsAsync(client);
                StormReport report = await client.ReportAsync();
                TestContext.Current.TestOutputHelper?.WriteLine(report.ToString());
                Assert.True(report is { Beyond: 0, Reads: > 0 }, report.ToString());
                Assert.Equal(0, await client.EndAsync());
            }
            finally
            {
                await writer.StopAsync();
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Waits until the process is live and has had more hits, and all its readers more reads.</summary>
    private static async Task UntilHitsAsync(ClientProcess client)
    {
        StormReport before = await client.ReportAsync();
        await Wait.UntilAsync(
            async () => await client.ReportAsync() is StormReport { IsLive: true } now
                && now.Hits > before.Hits + Keys && now.EndedByEach > before.EndedByEach + 3,
            "near hits of the process",
            s_limit,
            s_interval);
    }

    /// <summary>Waits until each key was written again, and then for longer than the lease: every copy of before is
    /// beyond the bound.</summary>
    private static async Task UntilAllAreOldAsync(WriteLog log)
    {
        long[] before = [.. Enumerable.Range(0, Keys).Select(log.AcknowledgedOf)];
        await Wait.UntilAsync(
            () => Enumerable.Range(0, Keys).All(key => log.AcknowledgedOf(key) > before[key]),
            "each key is written again");
        Stopwatch time = Stopwatch.StartNew();
        await Wait.UntilAsync(() => time.Elapsed > s_maxStaleness * 1.5, "the lease is over");
    }
}
