using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using FastShardMap.Tests.Conventions;

namespace FastShardMap.Extensions.Tests.Samples;

/// <summary>The sample service, as a process that is asked over loopback.</summary>
public sealed class SessionServiceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    [Trait("Category", "Heavy")]
    public async Task Session_AcrossARestart_IsKept()
    {
        string[] arguments = ["--Maps:Sessions:Path", "sessions.fsmap"];
        string path;
        using (SampleService first = await SampleService.StartAsync(_folder, arguments, Cancellation))
        {
            using HttpResponseMessage created =
                await first.Client.PostAsync("/sessions?user=42", content: null, Cancellation);
            Assert.Equal(HttpStatusCode.Created, created.StatusCode);
            path = created.Headers.Location!.ToString();
            await first.StopAsync(Cancellation);
        }

        using SampleService second = await SampleService.StartAsync(_folder, arguments, Cancellation);
        JsonElement session = await second.Client.GetFromJsonAsync<JsonElement>(path, Cancellation);
        using HttpResponseMessage deleted = await second.Client.DeleteAsync(path, Cancellation);
        using HttpResponseMessage missing = await second.Client.GetAsync(path, Cancellation);

        Assert.Equal(42, session.GetProperty("user").GetInt64());
        Assert.Equal(1, session.GetProperty("requests").GetInt32());
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        Assert.Equal("Healthy", await second.Client.GetStringAsync("/health", Cancellation));
        await second.StopAsync(Cancellation);
    }

    [Fact]
    [Trait("Category", "Heavy")]
    public async Task Start_WithADamagedFile_SetsItAsideIfAppSettingsSaySo()
    {
        File.Copy(
            Repository.PathOf("src/samples/SessionService/appsettings.json"),
            _folder.FileOf("appsettings.json"));
        await File.WriteAllTextAsync(_folder.FileOf("sessions.fsmap"), "damaged", Cancellation);
        File.SetLastWriteTimeUtc(_folder.FileOf("sessions.fsmap"), DateTime.UtcNow);

        using SampleService service = await SampleService.StartAsync(_folder, [], Cancellation);
        await service.StopAsync(Cancellation);

        Assert.Single(Directory.GetFiles(_folder.Path, "sessions.fsmap.damaged-*"));
        Assert.True(File.Exists(_folder.FileOf("sessions.fsmap")));
    }

    [Fact]
    [Trait("Category", "Heavy")]
    public async Task LoadTestEndpoints_NotAllowed_DoNotExist()
    {
        using SampleService service = await SampleService.StartAsync(
            _folder, ["--Sessions:Store", "ConcurrentDictionary"], Cancellation);

        using HttpResponseMessage fill = await service.Client.PostAsync("/fill?count=1", content: null, Cancellation);
        using HttpResponseMessage statistics = await service.Client.GetAsync("/stats", Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, fill.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, statistics.StatusCode);
        await service.StopAsync(Cancellation);
    }
}
