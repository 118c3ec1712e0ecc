using System.Diagnostics.Metrics;
using FastShardMap.Tests.Snapshots;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Serialization;

/// <summary>The format is read from beginning to end: what cannot seek is as good as a file.</summary>
public sealed class SequentialSourceTests
{
    private const string FileVariable = "FASTSHARDMAP_TEST_FILE";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task LoadFrom_Fifo_Loads(bool asynchronously)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no FIFOs.");
        using SaveFolder folder = new();
        using ShardMap<long, long> map = SaveLoadTests.Sample(20_000);
        map.SaveTo(folder.PathOf("file"));
        string fifo = folder.AddFifo("fifo");

        // The asynchronous form must not wait for the writer, who comes later.
        Task<ShardMap<long, long>> loading = asynchronously
            ? ShardMap<long, long>.LoadFromAsync(fifo, cancellationToken: TestContext.Current.CancellationToken)
            : Task.Run(() => ShardMap<long, long>.LoadFrom(fifo));
        Assert.Equal(0, SaveFolder.Run("sh", "-c", $"cat '{folder.PathOf("file")}' > '{fifo}'"));

        using ShardMap<long, long> loaded = await loading;
        TinyMaps.AssertSame(map.ToDictionary(), loaded);
    }

    [Theory]
    [InlineData(false, "cat file")]
    [InlineData(true, "cat file")]
    [InlineData(false, "cat file && echo more")]
    [InlineData(true, "cat file && echo more")]
    [InlineData(false, "head -c 1000 file")]
    [InlineData(true, "head -c 1000 file")]
    public async Task LoadFrom_Fifo_KeepsTheMapOnlyIfAllIsWell(bool asynchronously, string source)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no FIFOs.");
        using SaveFolder folder = new();
        using (ShardMap<long, long> map = SaveLoadTests.Sample(2000))
        {
            map.SaveTo(folder.PathOf("file"));
        }

        string fifo = folder.AddFifo("fifo");
        ShardMapOptions options = new() { Name = $"fifo {Guid.NewGuid():N}" };
        Task<ShardMap<long, long>> loading = asynchronously
            ? ShardMap<long, long>.LoadFromAsync(
                fifo, options, cancellationToken: TestContext.Current.CancellationToken)
            : Task.Run(() => ShardMap<long, long>.LoadFrom(fifo, options));
        SaveFolder.Run("sh", "-c", $"cd '{folder.Root}'; ({source}) > fifo");
        if (source == "cat file")
        {
            using ShardMap<long, long> loaded = await loading;
            Assert.True(IsAlive(options.Name));
        }
        else
        {
            await Assert.ThrowsAsync<InvalidDataException>(() => loading);
        }

        Assert.False(IsAlive(options.Name));
    }

    [Fact]
    public void LoadFrom_StandardInput_Loads()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Standard input as a path.");
        using SaveFolder folder = new();
        using (ShardMap<long, long> map = SaveLoadTests.Sample(2000))
        {
            map.SaveTo(folder.PathOf("file"));
        }

        foreach (string input in (string[])["< <(cat '{0}')", "< '{0}'"])
        {
            ChildProcess.RunTest(
                $"export {FileVariable}='{folder.PathOf("file")}'; exec "
                    + $"0{string.Format(null, input, folder.PathOf("file"))}",
                typeof(SequentialSourceTests),
                nameof(FromStandardInput));
        }
    }

    [Fact(Explicit = true)]
    public void FromStandardInput()
    {
        using ShardMap<long, long> expected = ShardMap<long, long>.LoadFrom(
            Environment.GetEnvironmentVariable(FileVariable)!);
        using ShardMap<long, long> loaded = ShardMap<long, long>.LoadFrom("/dev/stdin");
        TinyMaps.AssertSame(expected.ToDictionary(), loaded);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(70_000)]
    public async Task Load_StreamThatCannotSeek_Loads(int mostBytesAtOnce)
    {
        using ShardMap<long, long> map = SaveLoadTests.Sample(9000);
        using MemoryStream saved = new();
        map.Save(saved);

        using (ShardMap<long, long> loaded = ShardMap<long, long>.Load(new Trickle(saved.ToArray(), mostBytesAtOnce)))
        {
            TinyMaps.AssertSame(map.ToDictionary(), loaded);
        }

        using (ShardMap<long, long> loaded = await ShardMap<long, long>.LoadAsync(
            new Trickle(saved.ToArray(), mostBytesAtOnce)))
        {
            TinyMaps.AssertSame(map.ToDictionary(), loaded);
        }

        using ShardMap<long, long> merged = new();
        Assert.Equal(9000, merged.MergeFrom(new Trickle(saved.ToArray(), mostBytesAtOnce)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Load_StreamFails_DisposesTheMap(bool asynchronously)
    {
        using ShardMap<long, long> map = SaveLoadTests.Sample(9000);
        using MemoryStream saved = new();
        map.Save(saved);
        ShardMapOptions options = new() { Name = $"trickle {Guid.NewGuid():N}" };
        Trickle source = new(saved.ToArray(), 1000, failsAfter: 50_000);
        await Assert.ThrowsAsync<TimeoutException>(async () =>
        {
            if (asynchronously)
            {
                await ShardMap<long, long>.LoadAsync(
                    source, options, cancellationToken: TestContext.Current.CancellationToken);
            }
            else
            {
                ShardMap<long, long>.Load(source, options);
            }
        });
        Assert.False(IsAlive(options.Name));
    }

    /// <summary>Whether a map of that name is measured: it has been neither disposed nor collected.</summary>
    private static bool IsAlive(string name)
    {
        bool seen = false;
        using MeterListener listener = new()
        {
            InstrumentPublished = (instrument, meters) =>
            {
                if (instrument.Name == "fastshardmap.map.entries")
                {
                    meters.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            foreach (KeyValuePair<string, object?> tag in tags)
            {
                seen |= Equals(tag.Value, name);
            }
        });
        listener.Start();
        listener.RecordObservableInstruments();
        return seen;
    }

    /// <summary>Gives few bytes at a time, and has neither length nor position.</summary>
    private sealed class Trickle(byte[] bytes, int mostBytes, int failsAfter = int.MaxValue) : Stream
    {
        private int _read;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (_read > failsAfter)
            {
                throw new TimeoutException();
            }

            int read = Math.Min(Math.Min(count, mostBytes), bytes.Length - _read);
            bytes.AsSpan(_read, read).CopyTo(buffer.AsSpan(offset));
            _read += read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
