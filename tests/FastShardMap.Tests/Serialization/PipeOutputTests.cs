using System.Buffers;
using System.IO.Pipelines;

namespace FastShardMap.Tests.Serialization;

/// <summary>A pipe whose reader has left takes everything and drops it: saving must say so.</summary>
public sealed class PipeOutputTests
{
    [Theory]
    [InlineData(0, 10)] // before the first byte
    [InlineData(96, 300_000)] // after the header
    [InlineData(96, 10)]
    [InlineData(1_000_000, 300_000)] // in the middle
    public async Task SaveAsync_ReaderCompletesEarly_Throws(int readBytes, int entries)
    {
        Pipe pipe = new();
        using ShardMap<long, long> map = SaveLoadTests.Sample(entries);
        Task reading = ReadAndComplete(pipe.Reader, readBytes);
        if (readBytes == 0)
        {
            await reading;
        }

        // With few entries the writer may be done before the reader has read the header; it waits until the reader is
        // gone.
        LastReport progress = new();
        IOException thrown = await Assert.ThrowsAsync<IOException>(async () =>
        {
            await map.SaveAsync(
                new Late(pipe.Writer, reading, after: readBytes), progress, TestContext.Current.CancellationToken);
        });
        Assert.Contains("pipe", thrown.Message, StringComparison.Ordinal);
        Assert.NotEqual(entries, progress.Value);
        await reading;
    }

    /// <summary>A reader may complete as soon as it has the last byte, even before the writer's flush has
    /// returned.</summary>
    [Fact]
    public async Task SaveAsync_ReaderCompletesWithTheLastByte_Succeeds()
    {
        using ShardMap<long, long> map = SaveLoadTests.Sample(5000);
        for (int round = 0; round < 200; round++)
        {
            // The writer waits after every byte that is not read yet.
            Pipe pipe = new(
                new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1, useSynchronizationContext: false));
            Task<ShardMap<long, long>> loading = Task.Run(async () =>
            {
                ShardMap<long, long> read = await ShardMap<long, long>.LoadAsync(pipe.Reader);
                await pipe.Reader.CompleteAsync();
                return read;
            });
            await map.SaveAsync(pipe.Writer, cancellationToken: TestContext.Current.CancellationToken);
            using ShardMap<long, long> loaded = await loading;
            Assert.Equal(5000, loaded.Count);
        }
    }

    /// <summary>The reader takes each piece and completes with the last one, before the writer sees the result of its
    /// flush.</summary>
    [Fact]
    public async Task SaveAsync_ReaderIsDoneBeforeTheFlushReturns_Succeeds()
    {
        using ShardMap<long, long> map = SaveLoadTests.Sample(10);
        MemoryStream whole = new();
        await map.SaveAsync(whole, cancellationToken: TestContext.Current.CancellationToken);
        Pipe pipe = new();
        Prompt writer = new(pipe, length: whole.Length);
        await map.SaveAsync(writer, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(whole.Length, writer.Taken);
    }

    [Fact]
    public async Task SaveAsync_FlushCanceled_Throws()
    {
        Pipe pipe = new();
        pipe.Writer.CancelPendingFlush();
        using ShardMap<long, long> map = SaveLoadTests.Sample(10);
        await Assert.ThrowsAsync<OperationCanceledException>(
            () => map.SaveAsync(pipe.Writer, cancellationToken: TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task SaveAsync_ReaderCompletesWithAnException_ThrowsIt()
    {
        Pipe pipe = new();
        await pipe.Reader.CompleteAsync(new TimeoutException());
        using ShardMap<long, long> map = SaveLoadTests.Sample(10);
        await Assert.ThrowsAsync<TimeoutException>(
            () => map.SaveAsync(pipe.Writer, cancellationToken: TestContext.Current.CancellationToken));
    }

    private static async Task ReadAndComplete(PipeReader reader, int bytes)
    {
        for (long read = 0; read < bytes;)
        {
            ReadResult result = await reader.ReadAsync();
            long taken = Math.Min(result.Buffer.Length, bytes - read);
            reader.AdvanceTo(result.Buffer.GetPosition(taken));
            read += taken;
        }

        await reader.CompleteAsync();
    }

    private sealed class LastReport : IProgress<long>
    {
        public long Value { get; private set; }

        public void Report(long value) => Value = value;
    }

    private abstract class Forwarding(PipeWriter inner) : PipeWriter
    {
        public override void Advance(int bytes) => inner.Advance(bytes);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
            inner.FlushAsync(cancellationToken);

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

        public override ValueTask<FlushResult> WriteAsync(
            ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) =>
            inner.WriteAsync(source, cancellationToken);
    }

    /// <summary>A writer whose reader has taken what was written, and has completed with the last byte, before the
    /// flush is asked for its result.</summary>
    private sealed class Prompt(Pipe pipe, long length) : Forwarding(pipe.Writer)
    {
        public long Taken { get; private set; }

        public override async ValueTask<FlushResult> WriteAsync(
            ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
        {
            pipe.Writer.Write(source.Span);
            await pipe.Writer.FlushAsync(cancellationToken);
            ReadResult read = await pipe.Reader.ReadAsync(cancellationToken);
            Taken += read.Buffer.Length;
            pipe.Reader.AdvanceTo(read.Buffer.End);
            if (Taken == length)
            {
                await pipe.Reader.CompleteAsync();
            }

            return await pipe.Writer.FlushAsync(cancellationToken);
        }
    }

    /// <summary>A writer that waits for the reader's end once that has what it wants.</summary>
    private sealed class Late(PipeWriter inner, Task reading, int after) : Forwarding(inner)
    {
        private long _written;

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            if (_written >= after)
            {
                reading.Wait(cancellationToken);
            }

            return base.FlushAsync(cancellationToken);
        }

        public override ValueTask<FlushResult> WriteAsync(
            ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
        {
            _written += source.Length;
            return base.WriteAsync(source, cancellationToken);
        }
    }
}
