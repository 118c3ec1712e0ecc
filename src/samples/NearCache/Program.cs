using FastShardMap.Embedded;
using NearCache;

// Two instances of a service of prices, each with a near map in front of one engine.
//
//   dotnet run --project src/samples/NearCache                        instances at ports 5081 and 5082, and an engine
//   dotnet run --project src/samples/NearCache -- --engine <address>  the same with an engine of yours
//   dotnet run --project src/samples/NearCache -- --demo              shows a few requests, and ends
//
//   curl -X PUT 'localhost:5081/prices/42?cents=1999'; curl localhost:5082/prices/42; curl localhost:5082/near
int engineAt = Array.IndexOf(args, "--engine");
string? address = engineAt >= 0 && engineAt + 1 < args.Length ? args[engineAt + 1] : null;
await using EmbeddedEngine? engine = address is null ? await EmbeddedEngine.StartAsync() : null;
string configuration = address ?? engine!.Configuration;
if (args.Contains("--demo", StringComparer.Ordinal))
{
    return await Demo.RunAsync(configuration, Console.Out) ? 0 : 1;
}

await using PriceInstance first = await PriceInstance.StartAsync(configuration, port: 5081);
await using PriceInstance second = await PriceInstance.StartAsync(configuration, port: 5082);
Console.WriteLine(
    $"{first.Address} and {second.Address}, {engine?.ToString() ?? "engine as given"}; Ctrl+C ends them.");
await Task.WhenAny(first.Stopped, second.Stopped);
return 0;
