using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FastShardMap.Extensions.Tests;

/// <summary>What tests of hosts with a map need: a folder and a log, which end with the test.</summary>
public abstract class HostTests : IDisposable
{
    private protected TemporaryFolder Folder { get; } = new();

    private protected LogLines Log { get; } = new();

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        Log.Dispose();
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static ShardMap<int, long> MapOf(IHost host) =>
        host.Services.GetRequiredService<ShardMap<int, long>>();
}
