using FastShardMap.Extensions.DependencyInjection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FastShardMap.Extensions.Tests;

/// <summary>Registration, names and options of maps that are services.</summary>
public class AddShardMapTests
{
    [Fact]
    public void AddShardMap_OneMap_IsASingletonWithAndWithoutItsKey()
    {
        using ServiceProvider provider = new ServiceCollection()
            .AddShardMap<Guid, long>("sessions")
            .BuildServiceProvider();

        ShardMap<Guid, long> map = provider.GetRequiredService<ShardMap<Guid, long>>();

        Assert.Same(map, provider.GetRequiredKeyedService<ShardMap<Guid, long>>("sessions"));
        Assert.Same(map, provider.GetRequiredService<ShardMap<Guid, long>>());
    }

    [Fact]
    public void AddShardMap_TwoMapsOfOneType_AreToldApartByName()
    {
        using ServiceProvider provider = new ServiceCollection()
            .AddShardMap<int, int>("first")
            .AddShardMap<int, int>("second")
            .AddShardMap<int, long>("other")
            .BuildServiceProvider();

        provider.GetRequiredKeyedService<ShardMap<int, int>>("first")[1] = 10;
        provider.GetRequiredKeyedService<ShardMap<int, int>>("second")[1] = 20;

        Assert.Equal(10, provider.GetRequiredKeyedService<ShardMap<int, int>>("first")[1]);
        Assert.Equal(0, provider.GetRequiredService<ShardMap<int, long>>().Count);
        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(
            provider.GetRequiredService<ShardMap<int, int>>);
        Assert.Contains("'first', 'second'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AddShardMap_WithAHasher_UsesIt()
    {
        using ServiceProvider provider = new ServiceCollection()
            .AddShardMap<long, int, FloodResistantHasher<long>>("flood")
            .BuildServiceProvider();

        ShardMap<long, int, FloodResistantHasher<long>> map =
            provider.GetRequiredKeyedService<ShardMap<long, int, FloodResistantHasher<long>>>("flood");

        Assert.True(map.TryAdd(1, 2));
    }

    [Fact]
    public void AddShardMap_NameTwice_ThrowsAndNamesIt()
    {
        IServiceCollection services = new ServiceCollection().AddShardMap<int, int>("orders");

        ArgumentException exception = Assert.Throws<ArgumentException>(
            () => services.AddShardMap<long, long>("orders"));

        Assert.Equal("name", exception.ParamName);
        Assert.Contains("'orders'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AddShardMap_BadArguments_NamesThem()
    {
        ServiceCollection services = new();

        Assert.Throws<ArgumentNullException>(
            "services", () => ShardMapServiceCollectionExtensions.AddShardMap<int, int>(null!, "orders"));
        Assert.Throws<ArgumentNullException>("name", () => services.AddShardMap<int, int>(null!));
        Assert.Throws<ArgumentException>("name", () => services.AddShardMap<int, int>(""));
        Assert.Throws<ArgumentNullException>(
            "configuration", () => services.AddShardMap<int, int>("orders", (IConfiguration)null!));
        Assert.Empty(services);
    }

    [Fact]
    public void Options_OfTheConfiguration_AreThoseOfTheMap()
    {
        IConfiguration configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["Maps:Orders:Capacity"] = "5000",
                ["Maps:Orders:ShardCount"] = "2",
                ["Maps:Orders:MaxFileAge"] = "01:00:00",
                ["Maps:Orders:DamagedFile"] = "SetAside",
            })
            .Build();
        using ServiceProvider provider = new ServiceCollection()
            .AddShardMap<int, int>("orders", configuration.GetSection("Maps:Orders"))
            .BuildServiceProvider();

        ShardMapServiceOptions options =
            provider.GetRequiredService<IOptionsMonitor<ShardMapServiceOptions>>().Get("orders");
        ShardMap<int, int> map = provider.GetRequiredService<ShardMap<int, int>>();

        Assert.Equal(TimeSpan.FromHours(1), options.MaxFileAge);
        Assert.Equal(DamagedFileBehavior.SetAside, options.DamagedFile);
        Assert.True(map.Capacity >= 5_000);
        Assert.Equal(2, map.GetStatistics().ShardCount);
    }

    [Fact]
    public void Options_SetAfterwards_AreThoseOfTheMap()
    {
        using ServiceProvider provider = new ServiceCollection()
            .AddShardMap<int, int>("orders", options => options.ShardCount = 2)
            .Configure<ShardMapServiceOptions>("orders", options => options.ShardCount = 4)
            .BuildServiceProvider();

        Assert.Equal(4, provider.GetRequiredService<ShardMap<int, int>>().GetStatistics().ShardCount);
    }

    [Theory]
    [InlineData("Capacity", "-1")]
    [InlineData("ShardCount", "100000000")]
    [InlineData("Path", " ")]
    [InlineData("MaxFileAge", "00:00:00")]
    [InlineData("DamagedFile", "7")]
    [InlineData("SaveInterval", "00:01:00")]
    [InlineData("RequireFile", "true")]
    [InlineData("MaxHealthyCount", "0")]
    [InlineData("MaxHealthyBytes", "-5")]
    public void Options_ThatCannotBeValid_AreRefusedByName(string option, string value)
    {
        IConfiguration configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new KeyValuePair<string, string?>(option, value)])
            .Build();
        using ServiceProvider provider = new ServiceCollection()
            .AddShardMap<int, int>("orders", configuration)
            .BuildServiceProvider();

        OptionsValidationException exception = Assert.Throws<OptionsValidationException>(
            provider.GetRequiredService<ShardMap<int, int>>);

        Assert.Contains($"The option {option} of the map 'orders'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Dispose_OfTheProvider_DisposesTheMap()
    {
        ShardMap<int, int> map;
        using (ServiceProvider provider = new ServiceCollection()
            .AddShardMap<int, int>("orders")
            .BuildServiceProvider())
        {
            map = provider.GetRequiredService<ShardMap<int, int>>();
        }

        Assert.Throws<ObjectDisposedException>(() => map.TryAdd(1, 1));
    }
}
