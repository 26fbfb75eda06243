import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.ForeachAction;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.state.Stores;

/**
 * The same work as the jobs of the bench, as it is written for Kafka Streams, and kindly: records are read into plain objects by readers that are made once, the input
 * lies in partitions by its key so that nothing has to be sent round through the broker again, and state is kept in memory. Ends when COUNT records are through.
 * Usage: java StreamsPeer BOOTSTRAP filter|group FROM TO COUNT at_least_once|exactly_once_v2 APPLICATION FOLDER
 */
public final class StreamsPeer {
  static final ObjectMapper JSON = new ObjectMapper();

  @JsonIgnoreProperties(ignoreUnknown = true)
  public static final class Bid {
    public long auction;
    public long bidder;
    public long price;
    public String channel;
    public String url;
    public String extra;
  }

  public static final class Total {
    public long auction;
    public long c;
    public long total;

    public Total() {}

    Total(long auction, long c, long total) {
      this.auction = auction;
      this.c = c;
      this.total = total;
    }
  }

  public static void main(String[] words) throws Exception {
    String query = words[1];
    long count = Long.parseLong(words[4]);
    Properties settings = new Properties();
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, words[0]);
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, words[5]);
    // Each run is an application of its own, and begins at the beginning.
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, words[6] + "-" + System.nanoTime());
    settings.put(StreamsConfig.STATE_DIR_CONFIG, words[7]);
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
    settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
    // Every change goes out, as it does on the other side.
    settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
    settings.put("auto.offset.reset", "earliest");
    AtomicLong seen = new AtomicLong();
    CountDownLatch done = new CountDownLatch(1);
    ForeachAction<Object, Object> counter =
        (key, value) -> {
          if (seen.incrementAndGet() == count) done.countDown();
        };
    run(query.equals("filter") ? filtered(words, counter) : grouped(words, counter), settings, done);
  }

  private static StreamsBuilder filtered(String[] words, ForeachAction<Object, Object> counter) {
    StreamsBuilder builder = new StreamsBuilder();
    builder
        .stream(words[2], Consumed.with(Serdes.ByteArray(), json(Bid.class)))
        .peek(counter)
        .filter((key, bid) -> bid.price > 100_000)
        .to(words[3], Produced.with(Serdes.ByteArray(), json(Bid.class)));
    return builder;
  }

  private static StreamsBuilder grouped(String[] words, ForeachAction<Object, Object> counter) {
    StreamsBuilder builder = new StreamsBuilder();
    builder
        .stream(words[2], Consumed.with(Serdes.String(), json(Bid.class)))
        .peek(counter)
        .groupByKey(Grouped.with(Serdes.String(), json(Bid.class)))
        .aggregate(
            () -> new Total(0, 0, 0),
            (key, bid, before) -> new Total(bid.auction, before.c + 1, before.total + bid.price),
            Materialized.<String, Total>as(Stores.inMemoryKeyValueStore("totals"))
                .withKeySerde(Serdes.String())
                .withValueSerde(json(Total.class)))
        .toStream()
        .to(words[3], Produced.with(Serdes.String(), json(Total.class)));
    return builder;
  }

  private static void run(StreamsBuilder builder, Properties settings, CountDownLatch done) throws Exception {
    KafkaStreams streams = new KafkaStreams(builder.build(), settings);
    streams.start();
    done.await();
    // Commits what is through.
    streams.close();
  }

  private static <Value> Serde<Value> json(Class<Value> type) {
    ObjectReader reader = JSON.readerFor(type);
    ObjectWriter writer = JSON.writerFor(type);
    Serializer<Value> serializer =
        (topic, value) -> {
          try {
            return value == null ? null : writer.writeValueAsBytes(value);
          } catch (Exception error) {
            throw new IllegalStateException(error);
          }
        };
    Deserializer<Value> deserializer =
        (topic, bytes) -> {
          try {
            return bytes == null ? null : reader.readValue(bytes);
          } catch (Exception error) {
            throw new IllegalStateException(error);
          }
        };
    return Serdes.serdeFrom(serializer, deserializer);
  }
}
