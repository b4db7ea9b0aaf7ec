package shop;

import java.util.concurrent.ThreadLocalRandom;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** Two routes, one of which fails now and then. What is measured is what Spring Boot measures by itself. */
@SpringBootApplication
@RestController
public class Shop {
    public static void main(String[] arguments) {
        SpringApplication.run(Shop.class, arguments);
    }

    @GetMapping("/orders/{id}")
    ResponseEntity<String> order(@PathVariable String id) throws InterruptedException {
        var random = ThreadLocalRandom.current();
        Thread.sleep(random.nextInt(20));
        var status = random.nextInt(10) < 3 ? HttpStatus.INTERNAL_SERVER_ERROR : HttpStatus.OK;
        return ResponseEntity.status(status).body("order " + id + "\n");
    }

    @GetMapping("/basket")
    String basket() {
        return "ok\n";
    }
}
