using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FastShardMap.Extensions.Tests;

/// <summary>Hosts with nothing in them but what a test adds.</summary>
internal static class Hosts
{
    public static IHost Create(TemporaryFolder folder, LogLines log, Action<IServiceCollection> add)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(
            new HostApplicationBuilderSettings { ContentRootPath = folder.Path });
        builder.Logging.AddProvider(log);
        add(builder.Services);
        return builder.Build();
    }
}
