using FastShardMap.Embedded;
using NearHybridCache;

// Two instances of a service of reports that take long to make, with one HybridCache over an engine and near copies.
//
//   dotnet run --project src/samples/NearHybridCache            instances at ports 5083 and 5084, an embedded engine
//   dotnet run --project src/samples/NearHybridCache -- --demo  shows a few requests, and ends
//
//   curl localhost:5083/reports/7; curl localhost:5084/reports/7; curl localhost:5084/near
//   curl -X DELETE localhost:5083/reports/7
await using EmbeddedEngine engine = await EmbeddedEngine.StartAsync();
if (args.Contains("--demo", StringComparer.Ordinal))
{
    return await Demo.RunAsync(engine.Configuration, Console.Out) ? 0 : 1;
}

await using ReportInstance first = await ReportInstance.StartAsync(engine.Configuration, port: 5083);
await using ReportInstance second = await ReportInstance.StartAsync(engine.Configuration, port: 5084);
Console.WriteLine($"{first.Address} and {second.Address}, {engine}; Ctrl+C ends them.");
await Task.WhenAny(first.Stopped, second.Stopped);
return 0;
